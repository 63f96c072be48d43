//! Sources of which every byte is at hand: nothing is lost, and no read is slow.

/// The methods of a [`ReadAt`](crate::ReadAt) of which every byte is at hand, such
/// as memory or a file: [`gap`](crate::ReadAt::gap),
/// [`approach`](crate::ReadAt::approach) and [`detour`](crate::ReadAt::detour).
///
/// Said once, and by each such source of itself: a layer that is stacked on
/// another is none.
#[macro_export]
macro_rules! every_byte_is_at_hand {
    () => {
        fn gap(&self, _: ::core::ops::Range<u64>) -> Option<$crate::Gap> {
            None
        }

        fn approach(&self, _: ::core::ops::Range<u64>, _: u64) -> Result<bool, $crate::Error> {
            Ok(true)
        }

        fn detour(&self, _: u64, _: u64) -> u64 {
            0
        }
    };
}
