//! Where everything of a written archive stands.

/// The archive header.
#[derive(Clone, Debug)]
pub struct HeaderPlace {
    /// Where the first extent starts.
    pub size: u64,
    /// Where the blobs start.
    pub blob_buffer_offset: u64,
    /// Bytes of blobs.
    pub blob_buffer_size: u64,
}

/// One cluster in the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClusterPlace {
    /// Position of its slot in the extent header, 0 to 58.
    pub slot: usize,
    /// Device id.
    pub device: u8,
    /// Number of the cluster in its device.
    pub number: u32,
    /// Bit *i* set: block *i* is stored.
    pub mask: u16,
    /// Archive offset of its first stored block (where it would be, if none).
    pub data: u64,
    /// Bytes stored.
    pub stored: u64,
}

/// One extent in the archive.
#[derive(Clone, Debug)]
pub struct ExtentPlace {
    /// Archive offset of its header.
    pub offset: u64,
    /// Bytes of header and data.
    pub length: u64,
    /// In the order of the slots; empty slots are left out.
    pub clusters: Vec<ClusterPlace>,
}

/// Where everything of a written archive stands.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The archive header.
    pub header: HeaderPlace,
    /// In the order of the archive.
    pub extents: Vec<ExtentPlace>,
    /// Bytes of the whole archive.
    pub archive_size: u64,
}

impl Layout {
    /// All clusters, in the order of the archive.
    pub fn clusters(&self) -> impl Iterator<Item = &ClusterPlace> {
        self.extents.iter().flat_map(|extent| &extent.clusters)
    }

    /// The first copy of a cluster.
    #[must_use]
    pub fn cluster(&self, device: u8, number: u32) -> Option<&ClusterPlace> {
        self.clusters().find(|place| place.device == device && place.number == number)
    }

    /// The extent that holds the first copy of a cluster, by its index.
    #[must_use]
    pub fn extent_of(&self, device: u8, number: u32) -> Option<usize> {
        self.extents.iter().position(|extent| {
            extent.clusters.iter().any(|place| place.device == device && place.number == number)
        })
    }

    /// Bytes stored of one device, further copies included.
    #[must_use]
    pub fn stored_bytes(&self, device: u8) -> u64 {
        self.clusters().filter(|place| place.device == device).map(|place| place.stored).sum()
    }
}
