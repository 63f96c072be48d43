//! What is told of a machine.

/// Letters of a text, at most.
pub const TEXT_MAX: usize = 256;

/// Facts of one kind, at most.
pub const FACTS_MAX: usize = 64;

/// What a fact is about, with what its [words](Fact::words) are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactKind {
    /// The system: its name with the version, as it calls itself.
    System,
    /// Its build, as Windows counts them.
    Build,
    /// The name of the machine.
    Hostname,
    /// The id of the installation.
    MachineId,
    /// A kernel that is installed: its release.
    Kernel,
    /// When it was started last. No words.
    Boot,
    /// When it was shut down last. No words.
    Shutdown,
    /// When it was started or shut down last: which of both is not known. No words.
    BootOrShutdown,
    /// It was running then. No words.
    Running,
    /// Who can log in: name and home.
    User,
    /// A service that people look for: its name, and a version or nothing.
    Service,
    /// What is mounted where: the device as it is written there, the mount point, and the
    /// type of the file system.
    Mount,
    /// What is unlocked at the start: the name it gets, and the device.
    Encrypted,
    /// An address in a network, with the prefix if it is written there.
    Address,
    /// A drive letter with its colon; the disk's id in hexadecimal or the GPT partition's GUID;
    /// and the offset in bytes on an MBR disk, or nothing.
    Drive,
    /// The registry was in use: changes may wait in its logs, which are not replayed. No words.
    UnreplayedLog,
}

impl FactKind {
    /// Stable, in kebab-case, for the page.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Build => "build",
            Self::Hostname => "hostname",
            Self::MachineId => "machine-id",
            Self::Kernel => "kernel",
            Self::Boot => "boot",
            Self::Shutdown => "shutdown",
            Self::BootOrShutdown => "boot-or-shutdown",
            Self::Running => "running",
            Self::User => "user",
            Self::Service => "service",
            Self::Mount => "mount",
            Self::Encrypted => "encrypted",
            Self::Address => "address",
            Self::Drive => "drive",
            Self::UnreplayedLog => "unreplayed-log",
        }
    }
}

/// Something that a file says of the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub kind: FactKind,
    /// What it says: as many texts as the kind has, of [`TEXT_MAX`] letters each at most.
    pub words: Vec<String>,
    /// When, in seconds since 1970 began, of kinds that are a time.
    pub seconds: Option<i64>,
    /// From the root of the volume, with `/` before each name.
    pub path: String,
}
