//! Archives in containers. What a container is by itself, `tests/container`
//! tests.

mod astray;
mod compressed;
mod damage;
mod lost_length;
