package tools

// The API versions that operations need which were published after the pinned one. The pages of an operation name no first version; each is sent
// with the version in whose reference its pages stand.
const (
	orbit  = "2026-08-19.orbit"
	pulsar = "2026-09-03.pulsar"
)

// Versions are the API versions that are known, the oldest first.
func Versions() []string { return []string{"2025-12-12.clover", "2026-01-01.nova", orbit, pulsar} }
