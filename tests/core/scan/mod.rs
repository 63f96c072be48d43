//! The scan: what it finds, what it reads, and what is kept of it.

mod doubt;
mod faults;
mod kept;
mod parts;
mod reads;
mod scouts;
mod slots;
