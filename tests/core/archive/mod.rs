//! The archive: its header, its forms, and what is left of a broken one.

mod forms;
mod golden;
mod header;
mod places;
mod salvage;
