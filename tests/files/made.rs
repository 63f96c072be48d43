//! Images of file systems, made by their own programs.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::rc::Rc;

use vma_inspector::file_system::{FileSystem, Result, identify, open};
use vma_inspector::source::{FileSource, ReadAt};

/// Where the programs are that make and check file systems.
const PATH: &str = "/usr/sbin:/sbin:/usr/bin:/bin";

/// An image in a folder of its own, gone with it.
pub struct Made {
    /// Everything of this image.
    pub folder: PathBuf,
    /// The image, `$F` in commands.
    pub path: PathBuf,
    /// The folder that goes into it, `$S` in commands.
    pub source: PathBuf,
}

impl Drop for Made {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Made {
    /// An empty file of `mib` MiB and an empty folder, named for a test.
    pub fn new(name: &str, mib: u64) -> Self {
        let folder = std::env::temp_dir().join(format!("vma-files-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let (path, source) = (folder.join("disk"), folder.join("source"));
        fs::create_dir_all(&source).expect("the temporary folder can be written");
        File::create(&path).expect("the folder was made").set_len(mib << 20).expect("sparse");
        Self { folder, path, source }
    }

    fn shell(&self, command: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-ec", command]).env("PATH", PATH).env("LC_ALL", "C.UTF-8");
        shell.env("F", &self.path).env("S", &self.source).current_dir(&self.folder);
        shell
    }

    /// Runs a command of a shell, with `$F` for the image and `$S` for the folder.
    ///
    /// # Panics
    ///
    /// It fails; what it says is told.
    pub fn run(&self, command: &str) {
        self.output(command);
    }

    /// What such a command writes.
    ///
    /// # Panics
    ///
    /// It fails; what it says is told.
    pub fn output(&self, command: &str) -> Vec<u8> {
        let mut shell = self.shell(command);
        let output = shell.stdin(Stdio::null()).output().expect("a shell starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {said}");
        output.stdout
    }

    /// The image, to be read.
    pub fn disk(&self) -> Rc<dyn ReadAt> {
        Rc::new(FileSource::new(File::open(&self.path).expect("it is there")).expect("a file"))
    }

    /// The file system in it.
    ///
    /// # Panics
    ///
    /// It does not open.
    pub fn open(&self) -> Rc<dyn FileSystem> {
        opened(&self.disk()).expect("it opens")
    }
}

/// The file system that `disk` holds.
pub fn opened(disk: &Rc<dyn ReadAt>) -> Result<Rc<dyn FileSystem>> {
    let found = identify(&**disk).expect("it can be read");
    open(disk, found.volume.expect("something is there").kind)
}
