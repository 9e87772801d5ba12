package wire

// OutboxSize is how many notifications an outbox holds.
const OutboxSize = outboxSize
