//! The image of one device, rebuilt from the clusters in the archive.

pub mod cells;
mod device_image;
mod disk_image;
mod doubt;
pub mod file_cells;
pub mod filled;
pub mod grid;
pub mod index;
mod joined;
mod page;
pub mod run;
pub mod tap;

pub use self::device_image::Image;
pub use self::disk_image::DiskImage;
pub use self::doubt::{Doubt, DoubtFigures};
pub use self::filled::{Fill, FilledImage, LOST_PATTERN};
pub use self::run::{Origin, Run};
