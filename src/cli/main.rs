//! VMA Inspector on a terminal. What it says is what the page says, out of the same
//! catalogue; the arguments are defined in `args`, and what the exit codes mean.

#![forbid(unsafe_code)]
#![deny(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]
#![cfg_attr(
    test,
    allow(
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

mod answer;
mod args;
mod checked;
mod container_words;
mod disks;
mod export;
mod facts;
mod failure;
mod files;
mod in_passing;
mod info;
mod inspected;
mod left_out_words;
mod manual;
mod numbers;
mod output;
mod piped;
mod place;
mod progress;
mod report;
mod restore_words;
mod rule;
#[cfg(unix)]
mod serve;
mod shown;
mod threads;
mod tone;
mod verdict;
mod verify;
mod waiting;
mod words;
mod writing;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use self::args::{Arguments, Command};
use self::failure::{Failure, Outcome};

/// The exit code for a command line that is wrong, as `sysexits.h` has it.
const USAGE: u8 = 64;

fn main() -> ExitCode {
    let asked = match Arguments::try_parse() {
        Ok(asked) => asked,
        Err(error) => {
            let is_asked_for =
                matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            let _ = error.print();
            return if is_asked_for { ExitCode::SUCCESS } else { USAGE.into() };
        }
    };
    match run(&asked) {
        Ok(outcome) => outcome.into(),
        Err(failure) => {
            let said = failure.words();
            let said = said.iter().filter(|words| !words.is_empty());
            said.for_each(|words| output::remark(&shown::plainly(words)));
            failure.code().into()
        }
    }
}

fn run(asked: &Arguments) -> Result<Outcome, Failure> {
    let how = asked.how;
    match &asked.command {
        Command::Info(asked) => info::info(asked),
        Command::Config(asked) => info::config(asked),
        Command::Verify(asked) => verify::verify(asked, how),
        Command::List(asked) => info::list(asked),
        Command::Ls(asked) => files::ls(asked, how),
        Command::Cat(asked) => files::cat(asked, how),
        Command::Cp(asked) => files::cp(asked, how),
        Command::Export(asked) => export::export(asked, how),
        Command::Map(asked) => export::map(asked, how),
        #[cfg(unix)]
        Command::Serve(asked) => serve::serve(asked, how),
        Command::Report(asked) => verify::report(asked, how),
        Command::Manual(asked) => manual::manual(asked.of),
    }
}
