//! Threads that work ahead of the one that reads a backup.

use core::cell::RefCell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use vma_inspector::container::{Done, Task, WorkAhead};

/// Threads at most, unless more are asked for: what is left to the first limits.
const COUNT_MAX: usize = 8;

/// Threads that start with the first task and end when it is dropped. Who asks for what is
/// not begun yet works as well, so that none waits while there is something to do.
pub(crate) struct Threads {
    count: usize,
    shared: Arc<Shared>,
    started: RefCell<Vec<JoinHandle<()>>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// There is a task, or there will be none any more.
    wanted: Condvar,
    /// A task is done.
    done: Condvar,
}

#[derive(Default)]
struct State {
    /// The number of the next task.
    next: u64,
    waiting: VecDeque<(u64, Task)>,
    /// What came of tasks; `None` of one that nothing came of.
    done: HashMap<u64, Option<Done>>,
    /// Tasks that were forgotten while they were worked on.
    forgotten: HashSet<u64>,
    is_over: bool,
}

impl Threads {
    /// So many, none of which is started yet.
    pub(crate) fn new(count: usize) -> Self {
        Self { count, shared: Arc::default(), started: RefCell::default() }
    }

    /// As many as are of use: one for each processor but the first.
    pub(crate) fn of_use() -> usize {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        processors.saturating_sub(1).min(COUNT_MAX)
    }

    /// Starts them. Where the system gives fewer, those do the work, or whoever asks.
    fn start(&self) {
        let mut started = self.started.borrow_mut();
        let missing = self.count.saturating_sub(started.len());
        started.extend((0..missing).map_while(|_| {
            let shared = Arc::clone(&self.shared);
            thread::Builder::new().spawn(move || shared.work()).ok()
        }));
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does one task after the other.
    fn work(&self) {
        let mut state = self.state();
        while !state.is_over {
            state = match state.waiting.pop_front() {
                Some((number, task)) => self.run(state, number, task),
                None => self.wanted.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Does a task, while others may go on.
    fn run<'a>(
        &'a self,
        state: MutexGuard<'a, State>,
        number: u64,
        task: Task,
    ) -> MutexGuard<'a, State> {
        drop(state);
        // What panics here does so again where it is needed, and is told there.
        let done = catch_unwind(AssertUnwindSafe(|| task.run())).ok();
        let mut state = self.state();
        if !state.forgotten.remove(&number) {
            state.done.insert(number, done);
        }
        self.done.notify_one();
        state
    }
}

impl WorkAhead for Threads {
    fn hands(&self) -> usize {
        self.count
    }

    fn begin(&self, task: Task) -> u64 {
        if self.started.borrow().is_empty() {
            self.start();
        }
        let mut state = self.shared.state();
        let number = state.next;
        state.next = number.wrapping_add(1);
        state.waiting.push_back((number, task));
        drop(state);
        self.shared.wanted.notify_one();
        number
    }

    fn take(&self, number: u64) -> Option<Done> {
        let mut state = self.shared.state();
        loop {
            if let Some(done) = state.done.remove(&number) {
                return done;
            }
            state = match state.waiting.pop_front() {
                Some((number, task)) => self.shared.run(state, number, task),
                None => self.shared.done.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn forget(&self, number: u64) {
        let state = &mut *self.shared.state();
        let waiting = state.waiting.len();
        state.waiting.retain(|(waiting, _)| *waiting != number);
        if state.waiting.len() == waiting && state.done.remove(&number).is_none() {
            state.forgotten.insert(number);
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.shared.state().is_over = true;
        self.shared.wanted.notify_all();
        for thread in self.started.take() {
            // One that panicked has printed why.
            let _ = thread.join();
        }
    }
}
