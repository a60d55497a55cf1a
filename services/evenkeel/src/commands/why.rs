//! `why`: why people were told about a child's deadlines, or were not. For whoever runs the installation.

use std::io::Write;

use anyhow::bail;
use bus::Refusal;
use contracts::{AuthorityCode, ChildId, commands::ExplainTold};

use crate::{Place, host::WITHOUT_EFFECTS, reach::Reach, rest};

pub(crate) async fn run(
    place: &Place,
    child: ChildId,
    authority: Option<AuthorityCode>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let reach = Reach::open(place).await?;
    let answered = answer(&reach, &child, authority, out).await;
    out.flush()?;
    let closed = reach.close().await;
    answered.and(closed)
}

async fn answer(
    reach: &Reach,
    child: &ChildId,
    authority: Option<AuthorityCode>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    // Facts just imported are on their way to the service that is asked.
    rest::wait(reach.bus(), &WITHOUT_EFFECTS).await?;
    let (mut decided, mut refusals) = (Vec::new(), Vec::new());
    for code in authorities(reach, authority.as_ref())? {
        let ask = ExplainTold {
            authority: code.clone(),
            child: child.clone(),
        };
        match reach.bus().ask(&ask).await {
            Ok(explanation) => decided.push((code, explanation.lines)),
            Err(error) => refusals.push(error.downcast::<Refusal>()?.0),
        }
    }
    if decided.is_empty() {
        bail!(
            "{}. Check the id, or see `evenkeel deadlines --explain {child}`",
            refusals.join("; ")
        );
    }
    write(out, &decided)?;
    Ok(())
}

/// The one named, else all that are loaded.
fn authorities(reach: &Reach, named: Option<&AuthorityCode>) -> anyhow::Result<Vec<AuthorityCode>> {
    let loaded = reach.landscape().authorities();
    let codes: Vec<_> = loaded
        .iter()
        .map(|a| a.authority.clone())
        .filter(|code| named.is_none_or(|named| named == code))
        .collect();
    match (codes.is_empty(), named) {
        (true, Some(code)) => {
            let known: Vec<_> = loaded.iter().map(|a| &a.authority).collect();
            bail!("{}", contracts::authority::unknown(code, known))
        }
        (true, None) => bail!("no authority is loaded: import a return first"),
        _ => Ok(codes),
    }
}

fn write(out: &mut dyn Write, decided: &[(AuthorityCode, Vec<String>)]) -> std::io::Result<()> {
    for (n, (authority, lines)) in decided.iter().enumerate() {
        if decided.len() > 1 {
            let gap = if n == 0 { "" } else { "\n" };
            writeln!(out, "{gap}{authority}")?;
        }
        for line in lines {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities_are_named_only_where_there_are_several() {
        let said = |decided: &[(&str, &str)]| {
            let decided: Vec<_> = decided
                .iter()
                .map(|(code, line)| (code.parse().unwrap(), vec![(*line).to_owned()]))
                .collect();
            let mut out = Vec::new();
            write(&mut out, &decided).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(said(&[("east", "held")]), "held\n");
        assert_eq!(
            said(&[("east", "held"), ("west", "gathered")]),
            "east\nheld\n\nwest\ngathered\n"
        );
    }
}
