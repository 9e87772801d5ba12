package cli

import (
	"log/slog"
	"os"
	"strings"

	"featurebase-mcp/internal/app"
	"featurebase-mcp/internal/metrics"
	"featurebase-mcp/internal/shared"
)

// share reads what the flags say about other replicas: the address of the store and the keys of the deployment. Both are nil without a store.
func (e *environment) share() (*shared.Address, *shared.Keys, error) {
	f := e.flags
	switch {
	case f.Store == "" && f.StoreFile == "" && f.StateKeyFile == "":
		return nil, nil, nil
	case f.Store == "" && f.StoreFile == "":
		return nil, nil, usagef("--state-key-file needs --store or --store-file: without a store nothing is shared")
	case f.Store != "" && f.StoreFile != "":
		return nil, nil, usagef("--store and --store-file are both set; set one of them")
	case f.StateKeyFile == "":
		return nil, nil, usagef("--store needs --state-key-file, the key that all replicas have: openssl rand -hex 32 makes one")
	}
	flag, text := "--store", f.Store
	if f.StoreFile != "" {
		content, err := os.ReadFile(f.StoreFile)
		if err != nil {
			return nil, nil, usagef("--store-file: %w", err)
		}
		flag, text = "--store-file", strings.TrimSpace(strings.TrimPrefix(string(content), byteOrderMark))
	} else if shared.HasLogin(text) && e.vars[variable("store")] != text {
		return nil, nil, usagef("--store: a user and a password stand on no command line, which is public: put the address into %s or --store-file", variable("store"))
	}
	address, err := shared.ParseAddress(text)
	if err != nil {
		return nil, nil, usagef("%s: %w", flag, err)
	}
	keys, err := shared.ReadKeys(f.StateKeyFile)
	if err != nil {
		return nil, nil, usagef("--state-key-file: %w", err)
	}
	return &address, keys, nil
}

// joinReplicas has the server share its state with its replicas, if there is a store for it. It returns a function that leaves the store.
func (e *environment) joinReplicas(cfg *app.Config, logger *slog.Logger) (leave func(), err error) {
	address, keys, err := e.share()
	if err != nil || address == nil {
		return func() {}, err
	}
	var observer shared.Observer
	for _, o := range cfg.Observers {
		if m, ok := o.(*metrics.Metrics); ok {
			m.WatchStore()
			observer = m
		}
	}
	store := shared.Open(shared.Config{Address: *address, Keys: keys, Logger: logger, Observer: observer})
	cfg.Shared = &app.Shared{Store: store, Keys: keys}
	return store.Close, nil
}
