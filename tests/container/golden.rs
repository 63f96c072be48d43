//! Archives of Proxmox's own making, where they are at hand: a folder named
//! by `VMA_GOLDEN` holds them.

use std::path::PathBuf;

use crate::support::*;

#[test]
fn golden_archives_read_alike_in_every_container() {
    let Some(folder) = std::env::var_os("VMA_GOLDEN").map(PathBuf::from) else {
        eprintln!("skipped: VMA_GOLDEN names no folder of golden archives");
        return;
    };
    let plain = std::fs::read(folder.join("c-configs.vma")).unwrap();
    for container in ["zst", "lzo", "gz"] {
        let packed = std::fs::read(folder.join(format!("c-configs.vma.{container}"))).unwrap();
        assert_sound(&packed, &plain, 90);
    }
}
