//! Archives in containers. What a container is by itself, `tests/container`
//! tests.

mod astray;
mod compressed;
mod damage;
mod lost_length;
mod nested;
mod nothing;
mod restarted;
mod short;

/// Where the blocks of the single frame in `packed` start.
fn block_starts(packed: &[u8]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut at = 6;
    loop {
        let fields = u32::from_le_bytes([packed[at], packed[at + 1], packed[at + 2], 0]);
        starts.push(at);
        if fields & 1 != 0 {
            return starts;
        }
        let length = if (fields >> 1) & 3 == 1 { 1 } else { (fields >> 3) as usize };
        at += 3 + length;
    }
}
