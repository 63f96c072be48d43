//! The scan: what it finds, what it reads, and what is kept of it.

mod faults;
mod kept;
mod reads;
mod slots;
