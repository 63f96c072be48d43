//! Disks that are served: what other programs read of them is held against what went in,
//! and what a client may send against what the protocol's document says.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use archive_writer::{ArchiveBuilder, CLUSTER, Content, Device, Kind};
use serde_json::Value;

use super::{code, fixture, program, run, sha256, truth};

/// A folder with a short name, since the system gives a socket's name 108 bytes.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(name: &str) -> Self {
        let name = format!("vma-inspector-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A server that runs.
pub(super) struct Served {
    child: Child,
    socket: PathBuf,
    /// The first address that it tells.
    pub(super) address: String,
}

impl Served {
    pub(super) fn start(backup: &Path, socket: PathBuf, more: &[&str]) -> Self {
        let mut command = program();
        command.arg("serve").arg(backup).args(more).arg("--socket").arg(&socket);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(child.stdout.take().unwrap());
        let mut address = String::new();
        told.read_line(&mut address).unwrap();
        assert!(address.starts_with("nbd+unix:///"), "{address:?}");
        Self { child, socket, address: address.trim_end().to_owned() }
    }

    fn connect(&self) -> Client {
        Client(UnixStream::connect(&self.socket).unwrap())
    }

    /// Asks it to end, and gives its exit code and what it said on standard error.
    pub(super) fn end(mut self, signal: &str) -> (Option<i32>, String) {
        let asked = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(asked.unwrap().success());
        let ended = self.child.wait().unwrap();
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (ended.code(), said)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client that speaks the protocol by its document, `doc/proto.md`, byte by byte.
struct Client(UnixStream);

impl Client {
    fn send(&mut self, parts: &[&[u8]]) {
        self.0.write_all(&parts.concat()).unwrap();
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.0.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// Whether the server has ended the connection, or broken it off.
    fn is_ended(&mut self) -> bool {
        let mut rest = Vec::new();
        let _ = self.0.read_to_end(&mut rest);
        rest.is_empty()
    }

    fn greet(mut self) -> Self {
        assert_eq!(self.take(16), *b"NBDMAGICIHAVEOPT");
        assert_eq!(self.take(2), [0, 3], "fixed newstyle, without zeros");
        self.send(&[&3_u32.to_be_bytes()]);
        self
    }

    fn option(&mut self, option: u32, data: &[u8]) {
        let length = u32::try_from(data.len()).unwrap();
        self.send(&[b"IHAVEOPT", &option.to_be_bytes(), &length.to_be_bytes(), data]);
    }

    /// The next answer to an option: its kind, and its data.
    fn answer(&mut self, option: u32) -> (u32, Vec<u8>) {
        assert_eq!(self.take(8), 0x0003_e889_0455_65a9_u64.to_be_bytes());
        assert_eq!(self.take(4), option.to_be_bytes());
        let (kind, length) = (self.number(), self.number());
        (kind, self.take(length as usize))
    }

    fn number(&mut self) -> u32 {
        u32::from_be_bytes(self.take(4).try_into().unwrap())
    }

    /// Chooses the only disk the old way; gives its size and flags.
    fn choose(&mut self) -> (u64, u16) {
        self.option(1, b"");
        let size = u64::from_be_bytes(self.take(8).try_into().unwrap());
        (size, u16::from_be_bytes(self.take(2).try_into().unwrap()))
    }

    fn request(&mut self, command: u16, offset: u64, length: u32) {
        let head = [0x25, 0x60, 0x95, 0x13, 0, 0];
        self.send(&[&head, &command.to_be_bytes(), b"a cookie", &offset.to_be_bytes()]);
        self.send(&[&length.to_be_bytes()]);
    }

    /// The error of a simple reply.
    fn error(&mut self) -> u32 {
        assert_eq!(self.take(4), [0x67, 0x44, 0x66, 0x98]);
        let error = self.number();
        assert_eq!(self.take(8), *b"a cookie");
        error
    }

    fn read(&mut self, offset: u64, length: u32) -> Result<Vec<u8>, u32> {
        self.request(0, offset, length);
        match self.error() {
            0 => Ok(self.take(length as usize)),
            error => Err(error),
        }
    }
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What `qemu-img map` tells of an image: start, length, and whether it is zeros.
fn mapped(address: &str) -> Vec<(usize, usize, bool)> {
    let told = output("qemu-img", &["map", "--output=json", "-f", "raw", address]);
    let told: Value = serde_json::from_str(&told).unwrap();
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let told = told.as_array().unwrap().iter();
    told.map(|part| {
        assert_eq!(part["zero"].as_bool(), part["data"].as_bool().map(|data| !data));
        (number(&part["start"]), number(&part["length"]), part["zero"].as_bool().unwrap())
    })
    .collect()
}

#[test]
fn a_disk_that_is_served_is_the_one_that_went_in() {
    let folder = Folder::new("disk");
    let truth = truth();
    for name in ["c-configs.vma", "c-configs.vma.lzo", "c-configs.vma.gz", "f1-gpt-ext4.vma.zst"] {
        let plain = name.split_inclusive(".vma").next().unwrap();
        let expected = truth[plain]["devices"][0]["sha256"].as_str().unwrap();
        let served = Served::start(&fixture(name), folder.file("s"), &[]);
        let raw = folder.file("raw");
        let to = raw.to_str().unwrap();
        output("qemu-img", &["convert", "-f", "raw", "-O", "raw", &served.address, to]);
        let bytes = fs::read(&raw).unwrap();
        assert_eq!(sha256(&bytes), expected, "{name}");
        let compare = ["compare", "-f", "raw", "-F", "raw", &served.address, to];
        assert!(output("qemu-img", &compare).contains("identical"), "{name}");
        let mut end = 0;
        for (start, length, is_zero) in mapped(&served.address) {
            assert_eq!(start, end, "{name}");
            end = start + length;
            // Proxmox leaves out the blocks of 4096 bytes that are zeros, and no others.
            for block in bytes[start..end].chunks(4096) {
                assert_eq!(block.iter().all(|byte| *byte == 0), is_zero, "{name} at {start}");
            }
        }
        assert_eq!(end, bytes.len(), "{name}");
        assert_eq!(served.end("-TERM"), (Some(0), String::new()), "{name}");
        assert!(!folder.file("s").exists(), "{name}: the socket is taken away");
    }
}

/// Two disks, of the second of which an extent is lost: the backup, their bytes, and the
/// clusters of the second that went with it.
fn with_a_loss(path: &Path) -> ([Vec<u8>; 2], Vec<u32>) {
    let builder = ArchiveBuilder::new()
        .device(Device::new(1, "drive-scsi0", 3 << 20, Content::of_kind(Kind::Mixed, 1)))
        .device(Device::new(2, "drive-scsi1", 10 << 20, Content::of_kind(Kind::Dense, 2)));
    let mut archive = builder.build();
    let last = archive.layout.extents.len() - 1;
    let lost: Vec<u32> = archive.layout.extents[last]
        .clusters
        .iter()
        .filter(|cluster| cluster.device == 2)
        .map(|cluster| cluster.number)
        .collect();
    assert!(!lost.is_empty() && lost.len() < 160, "a part of the disk is lost: {lost:?}");
    let start = archive.extent(last);
    archive.truncate(start);
    fs::write(path, &archive.bytes).unwrap();
    ([builder.image(1), builder.image(2)], lost)
}

/// Reads every cluster of the second disk, which is its bytes or refused; gives those that
/// are refused.
fn refused(served: &Served, image: &[u8]) -> Vec<u32> {
    let mut client = served.connect().greet();
    assert_eq!(client.choose().0, 10 << 20);
    let mut refused = Vec::new();
    for (number, expected) in (0..160).zip(image.chunks(CLUSTER)) {
        match client.read(u64::from(number) << 16, 1 << 16) {
            Ok(bytes) => assert!(bytes == expected, "cluster {number}"),
            Err(error) => {
                assert_eq!(error, 5, "cluster {number}");
                refused.push(number);
            }
        }
    }
    refused
}

#[test]
fn a_lost_range_is_refused_and_all_else_is_there() {
    let folder = Folder::new("lost");
    let backup = folder.file("b.vma");
    let (images, lost) = with_a_loss(&backup);
    let options = ["scsi1", "--doubt", "as-it-is"];
    let served = Served::start(&backup, folder.file("s"), &options);
    assert_eq!(refused(&served, &images[1]), lost);
    let first = u64::from(lost[0]) << 16;
    let mut client = served.connect().greet();
    client.choose();
    assert_eq!(client.read(first - 1, 2), Err(5), "no part of it stands for all");
    assert_eq!(client.read(first - 1, 1).unwrap(), [images[1][lost[0] as usize * CLUSTER - 1]]);
    let read = format!("read {first} 4096");
    let arguments = ["-r", "-f", "raw", "-c", &read, &served.address];
    let tried = Command::new("qemu-io").args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&tried.stdout).into_owned();
    assert!(said.contains("read failed: Input/output error"), "{said}");
    // Every byte of this disk is random: what nobody may skip is all of it.
    assert_eq!(mapped(&served.address), [(0, 10 << 20, false)]);
    let (code, said) = served.end("-INT");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("drive-scsi1"), "{said}");
}

#[test]
fn what_is_in_doubt_is_refused_unless_it_is_asked_for() {
    let folder = Folder::new("doubt");
    let backup = folder.file("b.vma");
    let (images, lost) = with_a_loss(&backup);
    let served = Served::start(&backup, folder.file("s"), &["scsi1"]);
    let refused = refused(&served, &images[1]);
    assert!(lost.iter().all(|number| refused.contains(number)));
    assert!(refused.len() > lost.len(), "nothing stands behind the last extent");
    assert!(!refused.contains(&0), "what is proven is there: {refused:?}");
}

#[test]
fn all_disks_are_listed_and_served_at_once() {
    let folder = Folder::new("several");
    let backup = folder.file("b.vma");
    let (images, _) = with_a_loss(&backup);
    let served = Served::start(&backup, folder.file("s"), &[]);
    let mut first = served.connect().greet();
    first.option(3, b"");
    for name in ["drive-scsi0", "drive-scsi1"] {
        let mut expected = 11_u32.to_be_bytes().to_vec();
        expected.extend(name.as_bytes());
        assert_eq!(first.answer(3), (2, expected));
    }
    assert_eq!(first.answer(3), (1, Vec::new()));
    let choosing = |name: &[u8]| {
        let length = u32::try_from(name.len()).unwrap().to_be_bytes();
        [&length, name, &0_u16.to_be_bytes()].concat()
    };
    first.option(7, &choosing(b""));
    assert_eq!(first.answer(7).0, 0x8000_0006, "one of two has to be named");
    let mut clients = [first, served.connect().greet()];
    for (client, name) in clients.iter_mut().zip(["scsi0", "drive-scsi1"]) {
        client.option(7, &choosing(name.as_bytes()));
        assert_eq!(client.answer(7).0, 3);
        assert_eq!(client.answer(7).0, 1);
    }
    for offset in [0, 65_536, 1 << 20] {
        for (client, image) in clients.iter_mut().zip(&images) {
            let at = usize::try_from(offset).unwrap();
            assert!(client.read(offset, 5000).unwrap() == image[at..at + 5000]);
        }
    }
    clients[0].request(2, 0, 0);
    assert!(clients[0].is_ended(), "it was asked to disconnect");
}

#[test]
fn what_cannot_be_asked_for_is_refused_and_the_next_request_answered() {
    let folder = Folder::new("refused");
    let served = Served::start(&fixture("d-zero.vma"), folder.file("s"), &[]);
    let mut client = served.connect().greet();
    let (size, flags) = client.choose();
    assert_eq!((size, flags & 0b11), (8 << 20, 0b11), "flags are told, and it is read-only");
    let (eperm, einval) = (1, 22);
    for (offset, length) in [
        (size, 1),
        (size - 1, 2),
        (u64::MAX, 1),
        (u64::MAX - 10, 11),
        (0, 0),
        (0, (32 << 20) + 1),
        (0, u32::MAX),
    ] {
        assert_eq!(client.read(offset, length), Err(einval), "{offset} {length}");
    }
    client.request(1, 0, 6);
    client.send(&[b"naught"]);
    assert_eq!(client.error(), eperm, "nothing is written");
    for (command, expected) in [(4, eperm), (6, eperm), (5, einval), (7, einval), (99, einval)] {
        client.request(command, 0, 512);
        assert_eq!(client.error(), expected, "{command}");
    }
    client.request(3, 0, 0);
    assert_eq!(client.error(), 0, "there is nothing to flush");
    assert_eq!(client.read(size - 4096, 4096), Ok(vec![0; 4096]));
}

/// What a hostile client does.
type Attack<'a> = &'a dyn Fn(&mut Client);

#[test]
fn rubbish_ends_the_connection_that_it_comes_on() {
    let folder = Folder::new("rubbish");
    let served = Served::start(&fixture("d-zero.vma"), folder.file("s"), &[]);
    let mut steady = served.connect().greet();
    steady.choose();
    let hostile: [(&str, Attack<'_>); 8] = [
        ("an unknown option magic", &|client| client.send(&[b"GET / HTTP/1.1\r\n"])),
        ("a name that is not served", &|client| client.option(1, b"../../etc/passwd")),
        ("a name without end", &|client| {
            client.send(&[b"IHAVEOPT", &1_u32.to_be_bytes(), &u32::MAX.to_be_bytes()]);
        }),
        ("data without end", &|client| {
            client.send(&[b"IHAVEOPT", &7_u32.to_be_bytes(), &u32::MAX.to_be_bytes()]);
        }),
        ("an unknown request magic", &|client| {
            client.choose();
            client.send(&[&[0xff; 28]]);
        }),
        ("a write without end", &|client| {
            client.choose();
            client.request(1, 0, u32::MAX);
        }),
        ("half a request", &|client| {
            client.choose();
            client.send(&[&[0x25, 0x60]]);
            client.0.shutdown(std::net::Shutdown::Write).unwrap();
        }),
        ("options without end", &|client| {
            for _ in 0..1000 {
                client.option(0xdead, b"");
                assert_eq!(client.answer(0xdead).0, 0x8000_0001);
            }
        }),
    ];
    for (what, send) in hostile {
        let mut client = served.connect().greet();
        send(&mut client);
        assert!(client.is_ended(), "{what}");
        assert_eq!(steady.read(0, 512), Ok(vec![0; 512]), "{what}: others are served");
    }
    let mut client = served.connect();
    client.take(18);
    client.send(&[&u32::MAX.to_be_bytes()]);
    assert!(client.is_ended(), "flags that nobody knows");
    let mut gone = served.connect().greet();
    gone.choose();
    for _ in 0..100 {
        gone.request(0, 0, 8 << 20);
    }
    drop(gone);
    assert_eq!(steady.read(0, 512), Ok(vec![0; 512]), "who does not listen harms nobody");
}

#[test]
fn options_that_say_too_much_or_too_little_are_refused() {
    let folder = Folder::new("options");
    let served = Served::start(&fixture("d-zero.vma"), folder.file("s"), &[]);
    let mut client = served.connect().greet();
    let (unsup, invalid, too_big) = (0x8000_0001, 0x8000_0003, 0x8000_0009);
    let one_context = [&[0; 4][..], &1_u32.to_be_bytes(), &15_u32.to_be_bytes()].concat();
    let one_context = [&one_context[..], b"base:allocation"].concat();
    let long = vec![0; 100_000];
    for (option, data, expected) in [
        (5, &b""[..], unsup),
        (11, b"", unsup),
        (3, b"more", invalid),
        (8, b"more", invalid),
        (6, b"", invalid),
        (6, &[0, 0, 0, 9, b'x'], invalid),
        (7, &[0xff; 6], invalid),
        (7, &[0, 0, 0, 0, 0xff, 0xff], invalid),
        (10, &one_context, invalid),
        (7, &long, too_big),
    ] {
        client.option(option, data);
        assert_eq!(client.answer(option), (expected, Vec::new()), "{option} {data:?}");
    }
    client.option(8, b"");
    assert_eq!(client.answer(8).0, 1);
    for (data, expected) in [
        (&[&[0; 4][..], &u32::MAX.to_be_bytes()].concat(), invalid),
        (&[&one_context[..], b"more"].concat(), invalid),
        (&[&[0; 4][..], &[0, 0, 0, 1], &[0, 0, 0, 5], b"other"].concat(), 1),
    ] {
        client.option(10, data);
        assert_eq!(client.answer(10).0, expected, "{data:?}");
    }
    client.option(10, &one_context);
    assert_eq!(client.answer(10), (4, b"\0\0\0\0base:allocation".to_vec()));
    assert_eq!(client.answer(10).0, 1);
    client.option(2, b"");
    assert_eq!(client.answer(2).0, 1);
    assert!(client.is_ended(), "it has enough");
}

#[test]
fn what_is_there_is_no_place_for_a_socket() {
    let folder = Folder::new("there");
    let there = folder.file("s");
    fs::write(&there, "somebody's").unwrap();
    let backup = fixture("d-zero.vma");
    let serve = |socket: &Path| {
        run(&["serve", backup.to_str().unwrap(), "--socket", socket.to_str().unwrap()])
    };
    assert_eq!(code(&serve(&there)), 64);
    assert_eq!(fs::read(&there).unwrap(), b"somebody's");
    assert_eq!(code(&serve(&folder.file(&"x".repeat(200)))), 64, "a name that is too long");
    let served = Served::start(&backup, folder.file("t"), &[]);
    assert_eq!(code(&serve(&served.socket)), 64, "another one serves there");
    fs::remove_file(&served.socket).unwrap();
    fs::write(&served.socket, "somebody's").unwrap();
    assert_eq!(served.end("-HUP").0, Some(0));
    assert_eq!(fs::read(folder.file("t")).unwrap(), b"somebody's");
    let no_disk = fixture("j-nodisk.vma");
    let socket = folder.file("u");
    let arguments = ["serve", no_disk.to_str().unwrap(), "--socket", socket.to_str().unwrap()];
    assert_eq!(code(&run(&arguments)), 64);
}
