//! One sort for whoever sorts by numbers: each kind of thing that the standard library's
//! sorts are used for takes some KiB in the page.

use std::collections::BinaryHeap;

/// The numbers of `keys` in the order of these; of equal ones, as they stand.
#[must_use]
pub fn order_of(keys: &[u64]) -> Vec<usize> {
    if keys.is_sorted() {
        return (0..keys.len()).collect();
    }
    let pairs: BinaryHeap<(u64, usize)> = keys.iter().copied().zip(0..).collect();
    pairs.into_sorted_vec().into_iter().map(|(_, number)| number).collect()
}

/// Brings `things` in the order of their keys; equal ones stay as they stand.
pub fn sort_by_number<Thing>(things: &mut Vec<Thing>, key: impl Fn(&Thing) -> u64) {
    let keys: Vec<u64> = things.iter().map(key).collect();
    if keys.is_sorted() {
        return;
    }
    let mut unsorted: Vec<Option<Thing>> = core::mem::take(things).into_iter().map(Some).collect();
    let order = order_of(&keys).into_iter();
    things.extend(order.filter_map(|number| unsorted.get_mut(number)?.take()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_come_in_the_order_of_their_keys_and_equal_ones_stay() {
        let mut things: Vec<(u64, usize)> =
            (0..1000).map(|number: usize| ((number as u64 * 7919) % 97, number)).collect();
        let mut expected = things.clone();
        expected.sort_by_key(|(key, _)| *key);
        sort_by_number(&mut things, |(key, _)| *key);
        assert_eq!(things, expected);
        sort_by_number(&mut things, |(key, _)| *key);
        assert_eq!(things, expected);
        assert_eq!(order_of(&[]), []);
        assert_eq!(order_of(&[u64::MAX, 0, 5, 0]), [1, 3, 2, 0]);
    }
}
