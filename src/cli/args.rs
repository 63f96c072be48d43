//! What can be asked for: the one definition that the help, the manual page and the
//! completions are made from.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::threads::Threads;

/// What the exit codes mean, for the help and the manual page.
const EXIT_CODES: &str = "\
Exit codes:
  0   can be restored, also where drives are left out on purpose (backup=0)
  1   can be restored, with remarks, or nothing is proven
  2   damaged: bytes are lost, in doubt or proven by nothing, or Proxmox refuses it
  3   unreadable, or no backup of a virtual machine
  64  the command line is wrong, or names what is not there
  74  what was made could not be written

Of several backups the worst counts.";

/// Reads, checks and takes apart Proxmox VE backups (.vma, .vma.zst, .vma.lzo, .vma.gz,
/// .vma.bz2).
#[derive(Debug, Parser)]
#[command(name = "vma-inspector", version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) how: How,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How the work is done, whatever it is.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct How {
    /// Shows no progress, also on a terminal
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Threads that unpack and compare, besides the first. As many as are of use, if it is
    /// not given; what is found does not depend on it
    #[arg(long, global = true, value_parser = clap::value_parser!(u8).range(..=64))]
    pub(crate) threads: Option<u8>,
}

impl How {
    /// Threads besides the first.
    pub(crate) fn threads(self) -> usize {
        self.threads.map_or_else(Threads::of_use, usize::from)
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tells what a backup says of itself: machine, disks, configurations. Checks nothing
    Info(Backup),
    /// Writes a configuration of the machine as it stands in the backup
    Config(Config),
    /// Reads backups to their ends and tells whether each can be restored
    Verify(Verify),
    /// Lists the backups of a folder by what their headers say. Checks nothing
    List(List),
    /// Lists the disks of a backup and their file systems, or a folder of one
    Ls(Ls),
    /// Writes a file of a disk
    Cat(Cat),
    /// Copies a file of a disk, or a folder as a tar archive
    Cp(Cp),
    /// Makes a file of a disk for another program
    Export(Export),
    /// Writes what of a disk is lost or in doubt as a map of GNU ddrescue
    Map(Map),
    /// Serves disks to other programs, only to be read, by NBD on a socket
    #[cfg(unix)]
    Serve(Serve),
    /// Reads a backup to its end and tells all that was found
    Report(Report),
    /// Writes the manual page, or completions for a shell
    #[command(hide = true)]
    Manual(Manual),
}

/// A backup.
#[derive(Args, Debug)]
pub(crate) struct Backup {
    /// The backup; - reads it from standard input, once
    pub(crate) backup: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Config {
    #[command(flatten)]
    pub(crate) backup: Backup,
    /// Its name
    #[arg(default_value = vma_inspector::machine::qemu_server_conf::NAME)]
    pub(crate) name: String,
}

#[derive(Args, Debug)]
pub(crate) struct Verify {
    /// Backups, or folders: all backups in them. - reads one from standard input
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Writes the report of one backup, as the page saves it
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct List {
    /// The folder
    #[arg(default_value = ".")]
    pub(crate) folder: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Ls {
    /// The backup
    pub(crate) backup: PathBuf,
    /// Where: DISK, DISK:AREA or DISK:AREA:/PATH, such as scsi0:2:/etc. The area is left
    /// out where only one has files: scsi0:/etc
    pub(crate) place: Option<OsString>,
    /// Only names as they are, each with a NUL behind it
    #[arg(long, short = '0')]
    pub(crate) zero: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Cat {
    /// The backup
    pub(crate) backup: PathBuf,
    /// Which file: DISK:AREA:/PATH or DISK:/PATH
    pub(crate) place: OsString,
}

#[derive(Args, Debug)]
pub(crate) struct Cp {
    /// The backup
    pub(crate) backup: PathBuf,
    /// Which file or folder: DISK:AREA:/PATH or DISK:/PATH
    pub(crate) place: OsString,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Where a file is written.
#[derive(Args, Debug)]
pub(crate) struct Output {
    /// The file that is made, which must not be there; - writes to standard output
    #[arg(long, short)]
    pub(crate) output: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Export {
    /// The backup
    pub(crate) backup: PathBuf,
    /// The disk: a name such as scsi0 or drive-scsi0, or a number. Only one is needed
    /// where there are several
    #[arg(long, short)]
    pub(crate) disk: Option<String>,
    /// The format of the file
    #[arg(long, short, value_parser = format_names())]
    pub(crate) format: String,
    #[command(flatten)]
    pub(crate) output: Output,
    /// What stands where bytes are lost
    #[arg(long, value_enum, default_value_t)]
    pub(crate) lost: Lost,
    /// What becomes of bytes that can be read and that something speaks against
    #[arg(long, value_enum, default_value_t)]
    pub(crate) doubt: Doubted,
}

#[derive(Args, Debug)]
pub(crate) struct Map {
    /// The backup
    pub(crate) backup: PathBuf,
    /// The disk, as for export
    #[arg(long, short)]
    pub(crate) disk: Option<String>,
    /// What becomes of bytes that can be read and that something speaks against
    #[arg(long, value_enum, default_value_t)]
    pub(crate) doubt: Doubted,
}

#[cfg(unix)]
#[derive(Args, Debug)]
pub(crate) struct Serve {
    /// The backup
    pub(crate) backup: PathBuf,
    /// The disk, as for export; all of them without one
    pub(crate) disk: Option<String>,
    /// The socket that is made, which must not be there, and goes at the end. Only its
    /// owner can use it
    #[arg(long, short)]
    pub(crate) socket: PathBuf,
    /// What becomes of bytes that can be read and that something speaks against; lost ones
    /// cannot be read
    #[arg(long, value_enum, default_value = "as-lost")]
    pub(crate) doubt: Doubted,
    /// MiB of memory for places from which a compressed backup can be unpacked: the more,
    /// the sooner a read is answered
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) memory: u16,
}

#[derive(Args, Debug)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) backup: Backup,
    /// Writes it as JSON, as the page saves it
    #[arg(long)]
    pub(crate) json: bool,
    /// Leaves configurations and notes in the JSON: they may hold passwords and keys
    #[arg(long, requires = "json")]
    pub(crate) with_secrets: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Manual {
    /// man, or a shell
    #[arg(value_enum)]
    pub(crate) of: Paper,
}

/// What stands where bytes are lost.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum Lost {
    /// Zeros
    #[default]
    Zeros,
    /// VMA-DATA-IS-LOST over and over
    Marks,
}

/// What becomes of bytes in doubt.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum Doubted {
    /// They are there as they are
    #[default]
    AsItIs,
    /// They count as lost
    AsLost,
}

/// What is made of these arguments.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Paper {
    /// The manual page
    Man,
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

/// Names of all formats that a disk can be a file of.
fn format_names() -> clap::builder::PossibleValuesParser {
    use vma_inspector::export::disk::{DiskFormat, StreamFormat};
    let files = DiskFormat::ALL.into_iter().map(DiskFormat::code);
    let streams = StreamFormat::ALL.into_iter().map(StreamFormat::code);
    files.chain(streams).collect::<Vec<_>>().into()
}
