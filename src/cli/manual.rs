//! The manual page and completions, made from the definition of the arguments.

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::{Arguments, Paper};
use super::failure::{Failure, Outcome};
use super::output::say;

/// Writes one of them.
pub(crate) fn manual(of: Paper) -> Result<Outcome, Failure> {
    let mut command = Arguments::command();
    let mut made = Vec::new();
    let shell = match of {
        Paper::Man => None,
        Paper::Bash => Some(Shell::Bash),
        Paper::Elvish => Some(Shell::Elvish),
        Paper::Fish => Some(Shell::Fish),
        Paper::Powershell => Some(Shell::PowerShell),
        Paper::Zsh => Some(Shell::Zsh),
    };
    match shell {
        Some(shell) => clap_complete::generate(shell, &mut command, "vma-inspector", &mut made),
        None => page(command, &mut made)?,
    }
    say(&String::from_utf8_lossy(&made))?;
    Ok(Outcome::Sound)
}

/// One page for all commands: the options of each stand behind its name.
fn page(command: clap::Command, made: &mut Vec<u8>) -> Result<(), Failure> {
    let mut command = command;
    command.build();
    let whole = clap_mangen::Man::new(command.clone());
    whole.render_title(made)?;
    whole.render_name_section(made)?;
    whole.render_synopsis_section(made)?;
    whole.render_description_section(made)?;
    whole.render_options_section(made)?;
    for one in command.get_subcommands().filter(|one| !one.is_hide_set()) {
        let name = one.get_name().to_ascii_uppercase();
        if name == "HELP" {
            continue;
        }
        made.extend_from_slice(format!(".SH {name}\n").as_bytes());
        let page = clap_mangen::Man::new(one.clone());
        let mut parts = Vec::new();
        page.render_synopsis_section(&mut parts)?;
        page.render_description_section(&mut parts)?;
        page.render_options_section(&mut parts)?;
        let parts = String::from_utf8_lossy(&parts).replace(".SH ", ".SS ");
        made.extend_from_slice(parts.as_bytes());
    }
    Ok(whole.render_extra_section(made)?)
}
