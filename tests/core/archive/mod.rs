//! The archive: its header, its forms, and what is left of a broken one.

mod forms;
mod golden;
mod header;
mod parts;
mod places;
mod salvage;
