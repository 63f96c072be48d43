//! What a source says of how quick it is, where one line tells: every byte is at hand,
//! or it is as quick as the one below.

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

/// The methods of a [`ReadAt`](crate::ReadAt) that reads the same range of the source
/// in the field named: [`trace`](crate::ReadAt::trace),
/// [`approach`](crate::ReadAt::approach) and [`detour`](crate::ReadAt::detour).
#[macro_export]
macro_rules! as_quick_as {
    ($below:ident) => {
        fn trace(
            &self,
            range: ::core::ops::Range<u64>,
            into: &mut ::std::vec::Vec<::core::ops::Range<u64>>,
        ) {
            self.$below.trace(range, into);
        }

        fn approach(
            &self,
            range: ::core::ops::Range<u64>,
            work_max: u64,
        ) -> Result<bool, $crate::Error> {
            self.$below.approach(range, work_max)
        }

        fn detour(&self, from: u64, offset: u64) -> u64 {
            self.$below.detour(from, offset)
        }
    };
}
