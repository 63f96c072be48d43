//! The files inside file systems, as their own programs make them, held against the
//! folders that they were made from.
#![allow(missing_docs)]

mod announced;
mod backup;
mod beside;
mod btrfs;
mod counted;
mod damage;
mod damage_beside;
mod damaged;
mod deleted;
mod exfat;
mod ext;
mod ext_damaged;
mod ext_journal;
mod fat;
mod gaps;
mod guest;
mod guest_windows;
mod iso9660;
mod joined;
mod made;
mod ntfs;
mod packed;
#[path = "../support/programs.rs"]
mod programs;
mod reads;
mod sample;
#[path = "../support/seals.rs"]
mod seals;
mod sparse;
mod spoilt;
mod thin;
mod tree;
mod truth;
mod volumes;
mod whole_disk;
mod xfs;
mod zipped;

mod sampled {
    /// The helpers hold a folder against itself, and tell what was changed in it.
    #[test]
    fn a_folder_is_as_itself_and_not_as_one_that_was_changed() {
        let made = crate::made::Made::new("itself", 1);
        let sample = crate::sample::Sample { links: true, holes: true, many: 3, devices: false };
        sample.fill(&made.source);
        let before = crate::tree::of_folder(&made.source);
        crate::tree::assert_same(&before, &crate::tree::of_folder(&made.source));
        made.run("printf x >> $S/size-60; rm $S/size-61; touch $S/new");
        let lines = crate::tree::differences(&before, &crate::tree::of_folder(&made.source));
        assert_eq!(lines.len(), 3, "{lines:?}");
    }
}
