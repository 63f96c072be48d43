//! How far a header can be believed.

/// How far a header can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its checksum agrees with its bytes.
    Sound,
    /// Its checksum agrees once the fields that findings name are put right:
    /// all else in it is as it was written.
    Mended,
    /// Its checksum does not agree. Where extents, which have checksums of
    /// their own, say otherwise, they are believed.
    Doubtful,
    /// Nothing can be believed where it should stand, and a sound one stands further on:
    /// the parts of a file in another order than they were in.
    FurtherOn,
    /// There is none: devices are known by their numbers, from the extents.
    Lost,
}
