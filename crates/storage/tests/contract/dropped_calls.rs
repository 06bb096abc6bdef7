//! A caller may go away at any await. Whatever is acknowledged to others afterwards is durable all the same.

use std::task::Poll;

use domain::event::EventKind;

use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! { what_is_acknowledged_after_a_dropped_call_is_durable }

async fn what_is_acknowledged_after_a_dropped_call_is_durable(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let name = |polls: u32| format!("test_{polls}");
    let mut polls = 0;
    loop {
        let told = [domain::event::Event { kind: EventKind::ProjectCreated, ..event(polls, 1) }];
        let mut recording = Box::pin(store.record_events(&told));
        let mut left = polls;
        // It is polled so many times, each time it is woken, and dropped when it is woken the next time.
        let done = std::future::poll_fn(|context| {
            let Some(rest) = left.checked_sub(1) else { return Poll::Ready(None) };
            left = rest;
            recording.as_mut().poll(context).map(Some)
        });
        let done = done.await;
        drop(recording);
        let _first = store.insert_instance_setting(&name(polls), b"acknowledged").await.unwrap();
        if done.is_some() {
            break;
        }
        polls += 1;
    }
    store.close().await;
    drop(store);
    let store = db.open().await;
    for polls in 0..=polls {
        let found = store.instance_setting(&name(polls)).await.unwrap();
        assert_eq!(found.as_deref(), Some(b"acknowledged".as_slice()), "after a call dropped at await {polls}");
    }
}
