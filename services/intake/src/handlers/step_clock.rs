//! `step-clock`: sets the clock of an authority that is played on.

use bus::{Context, Question, Refusal, outbox};
use contracts::{
    ClockStepped,
    commands::{ClockStands, StepClock},
};

use crate::{domain::authority::stepped, import::state_message, store};

pub(crate) fn question(context: &Context) -> Question {
    let context = context.clone();
    Question::new::<StepClock, _>(move |ask| {
        let context = context.clone();
        async move { step(&context, &ask).await }
    })
}

async fn step(context: &Context, ask: &StepClock) -> anyhow::Result<ClockStands> {
    let StepClock { authority, to } = ask;
    let mut tx = context.db.begin().await?;
    let mut scoped = tx.authority(authority);
    let state = store::lock(&mut scoped).await?;
    let Some((state, at)) = state.and_then(|state| stepped(state, *to)) else {
        let no = format!("{authority} is not played: its clock cannot be set on");
        return Err(Refusal(no).into());
    };
    store::save(&mut scoped, &state).await?;
    let event = ClockStepped {
        authority: authority.clone(),
        at,
    };
    let token = context
        .tokens
        .token(authority, "authority", authority.as_str());
    let revision = u64::try_from(at.as_microsecond()).unwrap_or_default();
    let envelope = state_message(context, authority, &token, revision, &event);
    outbox::put(&mut tx, &[envelope]).await?;
    tx.commit().await?;
    Ok(ClockStands { at })
}
