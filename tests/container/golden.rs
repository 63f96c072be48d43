//! An archive of Proxmox's own making, packed as `vzdump` packs it: see
//! `tests/fixtures`.

use std::path::Path;

use crate::support::*;

#[test]
fn golden_archives_read_alike_in_every_container() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let plain = std::fs::read(folder.join("c-configs.vma")).unwrap();
    for container in ["zst", "lzo", "gz"] {
        let packed = std::fs::read(folder.join(format!("c-configs.vma.{container}"))).unwrap();
        assert_sound(&packed, &plain, 90);
    }
}
