//! Archives in containers. What a container is by itself, `tests/container`
//! tests.

mod compressed;
mod damage;
mod lost_length;
