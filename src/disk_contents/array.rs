//! Arrays of md: of those of level 1, the bytes of the members that are up to date.

use std::rc::Rc;

use crate::file_system::RaidMember;
use crate::partition::copies::Copies;
use crate::partition::lvm::Refusal;
use crate::partition::raid_bitmap;
use crate::source::{Error, Mirrored, ReadAt, Window, sort_by_number};

/// Members of one array, each with the area that it takes.
pub(super) type Members = Vec<(RaidMember, Rc<dyn ReadAt>)>;

/// What is put together: its bytes, and what is to be said of the mirrors in it.
pub(super) type Whole = (Rc<dyn ReadAt>, Option<Copies>);

/// The array of `members`.
///
/// Which one is read follows `drivers/md/raid1.c`: while the members may differ, the first
/// of those that are in step counts, and of these one that is not to be read last.
///
/// # Errors
///
/// The source cannot be read. That bytes are lost is no error.
pub(super) fn array(members: &Members) -> Result<Result<Whole, Refusal>, Error> {
    let newest = members.iter().max_by_key(|(member, _)| member.events);
    let Some((newest, _)) = newest else { return Ok(Err(Refusal::Corrupt)) };
    if newest.level != 1 {
        return Ok(Err(Refusal::Kind(newest.level_name())));
    }
    let role_of = |member: &RaidMember| {
        let number = usize::try_from(member.number).ok()?;
        newest.roles.get(number).copied().flatten().filter(|role| *role < newest.members)
    };
    let in_step = members.iter().filter(|(member, _)| {
        let is_like = member.level == newest.level && member.size == newest.size;
        let is_there = member.role.is_some() && member.role == role_of(member);
        member.agrees && member.is_whole && is_like && is_there && member.events == newest.events
    });
    let mut in_step: Vec<_> = in_step.collect();
    sort_by_number(&mut in_step, |(member, _)| {
        u64::from(member.is_last_choice) << 32 | u64::from(member.role.unwrap_or_default())
    });
    in_step.dedup_by_key(|(member, _)| member.role);
    let Some((first, source)) = in_step.first() else { return Ok(Err(Refusal::NotUpToDate)) };
    let size = first.size;
    let mut differing = Vec::new();
    if first.alike < size {
        let bitmap = match first.bitmap {
            Some(at) => raid_bitmap::of_md(&**source, at, first.events, size)?,
            None => None,
        };
        let rest = first.alike..size;
        differing = bitmap.unwrap_or_else(|| vec![rest]);
    }
    let data = |(member, source): &&(RaidMember, Rc<dyn ReadAt>)| -> Rc<dyn ReadAt> {
        let end = member.data.end.min(member.data.start.saturating_add(size));
        Rc::new(Window::new(Rc::clone(source), member.data.start..end))
    };
    let copies: Vec<_> = in_step.iter().map(data).collect();
    let all = usize::try_from(newest.members).unwrap_or(usize::MAX);
    let told = Copies::new(all, copies.len(), Some(&differing), size);
    Ok(Ok((Rc::new(Mirrored::new(copies, differing, size)), Some(told))))
}
