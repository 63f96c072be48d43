//! What is kept for each device. There are 255 at most, so lists and bits do: trees for
//! each kind of value would be a tenth of the page's wasm.

use super::unit::DeviceId;

/// A value for each of some devices, by their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerDevice<Value>(Vec<(DeviceId, Value)>);

impl<Value> Default for PerDevice<Value> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<Value> PerDevice<Value> {
    fn place(&self, device: DeviceId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&device, |&(id, _)| id)
    }

    /// That of a device.
    #[must_use]
    pub fn get(&self, device: DeviceId) -> Option<&Value> {
        self.0.get(self.place(device).ok()?).map(|(_, value)| value)
    }

    /// That of a device, to be changed.
    pub fn get_mut(&mut self, device: DeviceId) -> Option<&mut Value> {
        let place = self.place(device).ok()?;
        self.0.get_mut(place).map(|(_, value)| value)
    }

    /// That of a device, which gets one if there is none.
    pub fn get_or_default(&mut self, device: DeviceId) -> &mut Value
    where
        Value: Default,
    {
        let place = self.place(device).unwrap_or_else(|place| {
            self.0.insert(place, (device, Value::default()));
            place
        });
        #[allow(clippy::indexing_slicing, reason = "found, or just put there")]
        &mut self.0[place].1
    }

    /// Gives a device another value; returns the one before.
    pub fn insert(&mut self, device: DeviceId, value: Value) -> Option<Value> {
        match self.place(device) {
            Ok(place) => {
                let before = self.0.get_mut(place)?;
                Some(core::mem::replace(&mut before.1, value))
            }
            Err(place) => {
                self.0.insert(place, (device, value));
                None
            }
        }
    }

    /// All, by id.
    pub fn iter(&self) -> impl Iterator<Item = (DeviceId, &Value)> {
        self.0.iter().map(|(id, value)| (*id, value))
    }

    /// The devices, by id.
    pub fn devices(&self) -> impl Iterator<Item = DeviceId> {
        self.0.iter().map(|&(id, _)| id)
    }

    /// The values.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().map(|(_, value)| value)
    }

    /// The values, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.0.iter_mut().map(|(_, value)| value)
    }
}

impl<Value> FromIterator<(DeviceId, Value)> for PerDevice<Value> {
    /// Of a device that comes twice, the last value counts.
    fn from_iter<Items: IntoIterator<Item = (DeviceId, Value)>>(items: Items) -> Self {
        let mut all = Self::default();
        for (device, value) in items {
            all.insert(device, value);
        }
        all
    }
}

/// Some devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeviceSet([u64; 4]);

impl DeviceSet {
    fn bit(device: DeviceId) -> (usize, u64) {
        (usize::from(device.get() / 64), 1 << (device.get() % 64))
    }

    /// Adds one.
    pub fn insert(&mut self, device: DeviceId) {
        let (word, bit) = Self::bit(device);
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    /// Takes one out.
    pub fn remove(&mut self, device: DeviceId) {
        let (word, bit) = Self::bit(device);
        if let Some(word) = self.0.get_mut(word) {
            *word &= !bit;
        }
    }

    /// Whether it is one of them.
    #[must_use]
    pub fn contains(&self, device: DeviceId) -> bool {
        let (word, bit) = Self::bit(device);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }

    /// Those of both.
    #[must_use]
    pub fn union(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word |= other);
        self
    }
}

impl FromIterator<DeviceId> for DeviceSet {
    fn from_iter<Devices: IntoIterator<Item = DeviceId>>(devices: Devices) -> Self {
        let mut set = Self::default();
        devices.into_iter().for_each(|device| set.insert(device));
        set
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::{DeviceSet, PerDevice};
    use crate::archive::unit::DeviceId;

    /// Ids in an order that is none, each of 1 to 255 and some twice.
    fn ids() -> impl Iterator<Item = DeviceId> {
        (0..300_u32).map(|step| DeviceId::new((step * 97 % 255) as u8 + 1).expect("not 0"))
    }

    #[test]
    fn a_value_for_each_is_what_the_library_s_map_has() {
        let (mut ours, mut theirs) = (PerDevice::<usize>::default(), BTreeMap::new());
        for (at, id) in ids().enumerate() {
            assert_eq!(ours.get(id), theirs.get(&id));
            assert_eq!(ours.insert(id, at), theirs.insert(id, at));
            *ours.get_or_default(id) += 1;
            *theirs.entry(id).or_default() += 1;
        }
        assert_eq!(
            ours.iter().collect::<Vec<_>>(),
            theirs.iter().map(|(&id, at)| (id, at)).collect::<Vec<_>>()
        );
        let again: PerDevice<usize> = ids().enumerate().map(|(at, id)| (id, at + 1)).collect();
        assert_eq!(again, ours);
    }

    #[test]
    fn a_set_is_what_the_library_s_is() {
        let (mut ours, mut theirs) = (DeviceSet::default(), BTreeSet::new());
        assert!(ours.is_empty());
        for (at, id) in ids().enumerate() {
            if at % 3 == 0 {
                ours.remove(id);
                theirs.remove(&id);
            } else {
                ours.insert(id);
                theirs.insert(id);
            }
            assert!(ids().all(|id| ours.contains(id) == theirs.contains(&id)));
        }
        let other: DeviceSet = ids().take(5).collect();
        assert!(ids().all(|id| ours.union(other).contains(id)
            == (theirs.contains(&id) || ids().take(5).any(|one| one == id))));
    }
}
