//! Wiping unwrapped master keys that will not be served any more: too old, or of a customer key that is lost or was
//! given other credentials. Must not know when it is done.

use std::collections::HashMap;

use domain::master_key::backing::Backing;

use crate::Control;

impl Control {
    /// Looks through memory once.
    pub(crate) async fn wipe_unwrapped_keys(&self) {
        let memories = &self.keys().memories;
        let mut present = HashMap::new();
        for by in memories.customer_keys() {
            // Of a customer key that cannot be read nothing is known: what is under it ages.
            if let Ok(standing) = self.standing(by).await {
                let lost = matches!(standing.reading.backing, Backing::Lost { .. });
                present.insert(by, (!lost).then_some(standing.reading.generation));
            }
        }
        let timings = self.timings();
        let longest = timings.lease_max.max(timings.outage_grace);
        memories.wipe(longest, self.boot_now(), |unwrapped| {
            let generation = present.get(&unwrapped.by);
            generation.is_none_or(|generation| *generation == Some(unwrapped.memory.generation))
        });
    }
}
