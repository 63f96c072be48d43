//! Writes an archive to a file, for the browser tests and the bench. Prints
//! what is in it as JSON.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::{env, fs, thread};

use archive_writer::{
    ArchiveBuilder, CLUSTER, Cluster, Content, Device, HeaderSize, Kind, Layout, Order,
};
use sha2::{Digest, Sha256};

const USAGE: &str = "\
make-archive --out FILE [OPTION]...

  --out FILE             where the archive goes
  --disk NAME:SIZE:KIND[:SEED]
                         adds a disk; SIZE as 540672, 64K, 20M, 4G;
                         KIND is dense, zero, mixed or sparse
  --disk-from NAME=FILE  adds a disk with the bytes of a file
  --vmstate SIZE:CLUSTERS[:SEED]
                         adds a saved RAM: declared size, clusters written
  --id ID                device id of the disk or vmstate named last
  --config NAME=FILE     adds a config with the bytes of a file
  --uuid HEX             32 hex digits
  --ctime SECONDS        when the header was written
  --slots N              slots used in an extent, 1 to 59 (default: 58)
  --holes N,N,...        slots that stay empty
  --shuffle SEED         all clusters in any order
  --interleave N         N clusters of one disk, then N of the next
  --header-size BYTES    instead of the next multiple of 512
  --blob-offset BYTES    instead of 12288
  --leave-out ID:CLUSTER a cluster that is missing
  --twice ID:CLUSTER     a cluster that follows once more at the end
  --flip OFFSET          flips the bits of one byte of the finished archive
  --truncate BYTES       cuts the finished archive
  --raw-out DIR          writes each disk as DIR/NAME.raw, holes left out
  --no-sha               does not read the disks once more for their SHA-256
  --offsets              prints the offset of each extent";

fn main() -> ExitCode {
    let result = Options::parse(env::args().skip(1)).and_then(|options| options.run());
    match result {
        Ok(json) => {
            #[allow(clippy::print_stdout, reason = "that is what it is for")]
            {
                println!("{json}");
            }
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("make-archive: {message}\n\n{USAGE}");
            ExitCode::FAILURE
        }
    }
}

// Many fields: each is an option of the command line.
#[derive(Default)]
struct Options {
    out: Option<PathBuf>,
    raw_out: Option<PathBuf>,
    builder: ArchiveBuilder,
    devices: Vec<Device>,
    order: Order,
    left_out: Vec<Cluster>,
    twice: Vec<Cluster>,
    flips: Vec<u64>,
    truncate: Option<u64>,
    no_sha: bool,
    offsets: bool,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        while let Some(flag) = arguments.next() {
            match flag.as_str() {
                "--no-sha" => options.no_sha = true,
                "--offsets" => options.offsets = true,
                "--help" => return Err("here is how".to_owned()),
                _ => {
                    let value = arguments.next().ok_or(format!("{flag} needs a value"))?;
                    options
                        .set(&flag, &value)
                        .map_err(|error| format!("{flag} {value}: {error}"))?;
                }
            }
        }
        Ok(options)
    }

    fn set(&mut self, flag: &str, value: &str) -> Result<(), String> {
        let builder = self.builder.clone();
        match flag {
            "--out" => self.out = Some(value.into()),
            "--raw-out" => self.raw_out = Some(value.into()),
            "--disk" => self.devices.push(disk(value, self.next_id()?)?),
            "--disk-from" => self.devices.push(disk_from(value, self.next_id()?)?),
            "--vmstate" => self.devices.push(vmstate(value, self.next_id()?)?),
            "--id" => {
                let last = self.devices.last_mut().ok_or("no disk was named yet")?;
                last.id = number(value)?;
            }
            "--config" => {
                let (name, path) = split(value, '=')?;
                let data = fs::read(path).map_err(|error| error.to_string())?;
                self.builder = builder.config(name, data);
            }
            "--uuid" => {
                let uuid = u128::from_str_radix(value, 16).map_err(|error| error.to_string())?;
                self.builder = builder.uuid(uuid.to_be_bytes());
            }
            "--ctime" => self.builder = builder.ctime(number(value)?),
            "--slots" => self.builder = builder.slots_per_extent(number(value)?),
            "--holes" => {
                let positions: Result<Vec<_>, _> = value.split(',').map(number).collect();
                self.builder = builder.holes(positions?);
            }
            "--shuffle" => self.order = Order::Shuffled(number(value)?),
            "--interleave" => self.order = Order::Interleaved(number(value)?),
            "--header-size" => {
                self.builder = builder.header_size(HeaderSize::Exact(number(value)?));
            }
            "--blob-offset" => self.builder = builder.blob_buffer_offset(number(value)?),
            "--leave-out" => self.left_out.push(cluster(value)?),
            "--twice" => self.twice.push(cluster(value)?),
            "--flip" => self.flips.push(number(value)?),
            "--truncate" => self.truncate = Some(bytes(value)?),
            _ => return Err("there is no such option".to_owned()),
        }
        Ok(())
    }

    /// One more than the highest id that was given.
    fn next_id(&self) -> Result<u8, String> {
        let highest = self.devices.iter().map(|device| device.id).max();
        highest.unwrap_or(0).checked_add(1).ok_or_else(|| "no device id is left".to_owned())
    }

    fn run(mut self) -> Result<String, String> {
        let out = self.out.take().ok_or("--out is missing")?;
        let mut builder = self.builder.clone();
        for device in &self.devices {
            builder = builder.device(device.clone());
        }
        builder = builder.order(self.order.clone());
        if !self.left_out.is_empty() || !self.twice.is_empty() {
            let mut clusters = builder.clusters();
            clusters.retain(|cluster| !self.left_out.contains(cluster));
            clusters.extend(&self.twice);
            builder = builder.order(Order::Custom(clusters));
        }
        // The second core reads the disks for their sums while the first writes.
        let (layout, sums) = thread::scope(|scope| {
            let sums = scope.spawn(|| self.read_disks());
            let layout = self.write(&builder, &out);
            (layout, sums.join().expect("the disks can be read"))
        });
        let layout = layout.map_err(|error| format!("{}: {error}", out.display()))?;
        let sums = sums.map_err(|error| format!("--raw-out: {error}"))?;
        Ok(self.json(&layout, &sums))
    }

    fn write(&self, builder: &ArchiveBuilder, out: &Path) -> io::Result<Layout> {
        let mut output = BufWriter::with_capacity(1 << 20, File::create(out)?);
        let layout = builder.write_to(&mut output)?;
        drop(output.into_inner()?);

        let mut file = File::options().read(true).write(true).open(out)?;
        for &offset in &self.flips {
            let mut byte = [0];
            file.seek(SeekFrom::Start(offset))?;
            file.read_exact(&mut byte)?;
            file.seek(SeekFrom::Start(offset))?;
            file.write_all(&[!byte[0]])?;
        }
        if let Some(length) = self.truncate {
            file.set_len(length)?;
        }
        Ok(layout)
    }

    /// Each disk's SHA-256, and its bytes as a file where that was asked for.
    fn read_disks(&self) -> io::Result<Vec<Option<String>>> {
        self.devices.iter().map(|device| self.read_disk(device)).collect()
    }

    fn read_disk(&self, device: &Device) -> io::Result<Option<String>> {
        if self.no_sha && self.raw_out.is_none() {
            return Ok(None);
        }
        let zeros = vec![0; CLUSTER];
        let size = match device.clusters {
            Some(clusters) => u64::from(clusters) * CLUSTER as u64,
            None => device.size,
        };
        let mut raw = match &self.raw_out {
            Some(folder) => {
                let name = format!("{}.raw", String::from_utf8_lossy(&device.name));
                let file = File::create(folder.join(name))?;
                file.set_len(size)?;
                Some(file)
            }
            None => None,
        };
        let mut sum = Sha256::new();
        for number in 0..device.written_clusters() {
            let start = u64::from(number) * CLUSTER as u64;
            let length = (size - start).min(CLUSTER as u64) as usize;
            let cluster = device.content.cluster(number);
            if let (Some(file), Some(bytes)) = (&mut raw, &cluster) {
                file.seek(SeekFrom::Start(start))?;
                file.write_all(&bytes[..length])?;
            }
            if !self.no_sha {
                sum.update(&cluster.as_ref().unwrap_or(&zeros)[..length]);
            }
        }
        let sum = sum.finalize().iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a string takes all");
            hex
        });
        Ok((!self.no_sha).then_some(sum))
    }

    fn json(&self, layout: &Layout, sums: &[Option<String>]) -> String {
        let mut disks = Vec::new();
        for (device, sum) in self.devices.iter().zip(sums) {
            let sum = sum.as_ref().map_or("null".to_owned(), |sum| text(sum));
            disks.push(format!(
                r#"{{"id":{},"name":{},"size":{},"clusters":{},"stored":{},"sha256":{sum}}}"#,
                device.id,
                text(&String::from_utf8_lossy(&device.name)),
                device.size,
                device.written_clusters(),
                layout.stored_bytes(device.id),
            ));
        }
        let size = self.truncate.unwrap_or(layout.archive_size);
        let mut json = format!(
            r#"{{"size":{size},"headerSize":{},"extents":{},"disks":[{}]"#,
            layout.header.size,
            layout.extents.len(),
            disks.join(","),
        );
        if self.offsets {
            let offsets: Vec<_> = layout.extents.iter().map(|e| e.offset.to_string()).collect();
            write!(json, r#","offsets":[{}]"#, offsets.join(",")).expect("a string takes all");
        }
        json + "}"
    }
}

fn split(value: &str, at: char) -> Result<(&str, &str), String> {
    value.split_once(at).ok_or(format!("there is no {at:?}"))
}

fn number<T: std::str::FromStr>(value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{value:?} is no number"))
}

/// A number of bytes, with K, M, G or T behind it for powers of 1024.
fn bytes(value: &str) -> Result<u64, String> {
    let shift = match value.chars().last() {
        Some('K') => 10,
        Some('M') => 20,
        Some('G') => 30,
        Some('T') => 40,
        _ => 0,
    };
    let digits = value.trim_end_matches(['K', 'M', 'G', 'T']);
    Ok(number::<u64>(digits)? << shift)
}

fn cluster(value: &str) -> Result<Cluster, String> {
    let (device, cluster) = split(value, ':')?;
    Ok(Cluster { device: number(device)?, number: number(cluster)? })
}

fn disk(value: &str, id: u8) -> Result<Device, String> {
    let parts: Vec<_> = value.split(':').collect();
    let (name, size, kind, seed) = match parts[..] {
        [name, size, kind] => (name, size, kind, "1"),
        [name, size, kind, seed] => (name, size, kind, seed),
        _ => return Err("that is not NAME:SIZE:KIND[:SEED]".to_owned()),
    };
    let content = Content::of_kind(kind.parse::<Kind>()?, number(seed)?);
    Ok(Device::new(id, name, bytes(size)?, content))
}

fn vmstate(value: &str, id: u8) -> Result<Device, String> {
    let parts: Vec<_> = value.split(':').collect();
    let (size, clusters, seed) = match parts[..] {
        [size, clusters] => (size, clusters, "1"),
        [size, clusters, seed] => (size, clusters, seed),
        _ => return Err("that is not SIZE:CLUSTERS[:SEED]".to_owned()),
    };
    let content = Content::of_kind(Kind::Mixed, number(seed)?);
    Ok(Device::vmstate(id, bytes(size)?, number(clusters)?, content))
}

/// A disk that is read from a file while the archive is written.
fn disk_from(value: &str, id: u8) -> Result<Device, String> {
    let (name, path) = split(value, '=')?;
    let file = File::open(path).map_err(|error| error.to_string())?;
    let size = file.metadata().map_err(|error| error.to_string())?.len();
    let file = Arc::new(Mutex::new(file));
    let content = Content::from_fn(move |number| {
        let start = u64::from(number) * CLUSTER as u64;
        let length = size.checked_sub(start)?.min(CLUSTER as u64);
        let mut bytes = vec![0; length as usize];
        let mut file = file.lock().expect("no reader panicked");
        file.seek(SeekFrom::Start(start))
            .and_then(|_| file.read_exact(&mut bytes))
            .expect("the disk's file stays as it is");
        Some(bytes)
    });
    Ok(Device::new(id, name, size, content))
}

/// A JSON string.
fn text(value: &str) -> String {
    let mut json = String::from('"');
    for character in value.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            ..' ' => write!(json, "\\u{:04x}", u32::from(character)).expect("a string takes all"),
            _ => json.push(character),
        }
    }
    json + "\""
}
