package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

const (
	keysKept     = time.Hour        // after it the keys are asked for anew, so that a key that was withdrawn ends
	keysNew      = 10 * time.Second // keys this young are not asked for again, whatever key a token names
	firstBackoff = time.Second      // after a failure, doubled with each further one
	longestPause = time.Minute
	fetchTime    = 10 * time.Second
	mostFetched  = 1 << 20 // bytes of a document
)

// issuer is an identity provider. It gets no request before the first token comes.
type issuer struct {
	url       string
	secure    bool // it is reached by https, and so are its keys
	now       func() time.Time
	discovery *fetcher
	turn      chan struct{} // holds one token: whoever has it may discover

	mu    sync.Mutex
	keys  oidc.KeySet // nil before discovery
	since time.Time
}

func newIssuer(address string, secure bool, now func() time.Time) *issuer {
	i := &issuer{url: address, secure: secure, now: now, turn: make(chan struct{}, 1)}
	i.discovery = &fetcher{secure: secure, now: now}
	i.turn <- struct{}{}
	return i
}

// keySet returns the keys of the issuer, after it was asked where they are. Callers that come meanwhile wait for the first.
func (i *issuer) keySet(ctx context.Context) (oidc.KeySet, error) {
	if keys := i.known(); keys != nil {
		return keys, nil
	}
	select {
	case <-i.turn:
		defer func() { i.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if keys := i.known(); keys != nil {
		return keys, nil
	}
	ctx = context.WithoutCancel(ctx) // others wait for the answer too
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, i.discovery.client()), i.url)
	if err != nil {
		return nil, i.discovery.failed(err)
	}
	var where struct {
		Keys string `json:"jwks_uri"`
	}
	if err := provider.Claims(&where); err != nil {
		return nil, i.discovery.failed(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	fetch := &fetcher{secure: i.secure, now: i.now, fresh: keysNew, pick: signingKeys}
	i.keys, i.since = oidc.NewRemoteKeySet(oidc.ClientContext(ctx, fetch.client()), where.Keys), i.now()
	return i.keys, nil
}

func (i *issuer) known() oidc.KeySet {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.keys != nil && i.now().Sub(i.since) >= keysKept {
		i.keys = nil
	}
	return i.keys
}

// unavailableError means that the issuer could not be reached. Then tokens can be neither accepted nor refused.
type unavailableError struct {
	after time.Duration // when to try again
	cause error
}

func (e *unavailableError) Error() string { return "the issuer cannot be asked: " + e.cause.Error() }
func (e *unavailableError) Unwrap() error { return e.cause }

// errFresh says that a document has only just been fetched.
var errFresh = errors.New("fetched a moment ago")

// fetcher gets one document of an issuer, JSON of a bounded size. It bounds how often, because tokens with invented key ids would cause a request
// each.
type fetcher struct {
	now    func() time.Time
	secure bool
	fresh  time.Duration                // how long the document is not fetched again
	pick   func(document []byte) []byte // what of the document is used; nil: all

	mu       sync.Mutex
	again    time.Time // not before
	failures int       // in a row
	cause    error     // of the last failure, if that was the last attempt
}

// client fetches. It follows no redirects: documents are where they are said to be.
func (f *fetcher) client() *http.Client {
	return &http.Client{
		Transport: f, Timeout: fetchTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// RoundTrip implements [http.RoundTripper].
func (f *fetcher) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := f.mayAsk(); err != nil {
		return nil, err
	}
	res, body, err := f.get(r)
	if err != nil {
		return nil, f.failed(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.again, f.failures, f.cause = f.now().Add(f.fresh), 0, nil
	if f.pick != nil {
		body = f.pick(body)
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// signingKeys leaves out the keys of a set that are there for something else than signatures: the library would verify with them, too, so
// that whoever holds a key for encryption could sign tokens.
func signingKeys(document []byte) []byte {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(document, &set) != nil {
		return document // the library says what is wrong with it
	}
	set.Keys = slices.DeleteFunc(set.Keys, func(key json.RawMessage) bool {
		var purpose struct {
			Use string   `json:"use"`
			Ops []string `json:"key_ops"`
		}
		if json.Unmarshal(key, &purpose) != nil {
			return true
		}
		return purpose.Use != "" && purpose.Use != "sig" || purpose.Ops != nil && !slices.Contains(purpose.Ops, "verify")
	})
	picked, err := json.Marshal(set)
	if err != nil {
		return document
	}
	return picked
}

// mayAsk says why the document is not fetched now.
func (f *fetcher) mayAsk() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch wait := f.again.Sub(f.now()); {
	case wait <= 0:
		return nil
	case f.cause != nil:
		return &unavailableError{wait, f.cause}
	default:
		return errFresh
	}
}

func (f *fetcher) get(r *http.Request) (*http.Response, []byte, error) {
	if f.secure && r.URL.Scheme != "https" {
		return nil, nil, fmt.Errorf("%s is not https", r.URL.Redacted())
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, mostFetched+1))
	switch {
	case err != nil:
		return nil, nil, err
	case res.StatusCode != http.StatusOK:
		return nil, nil, fmt.Errorf("%s answered %s", r.URL.Redacted(), res.Status)
	case len(body) > mostFetched || !json.Valid(body):
		return nil, nil, fmt.Errorf("%s is no JSON document of at most %d bytes", r.URL.Redacted(), mostFetched)
	}
	return res, body, nil
}

// failed notes that the document could not be had, or is of no use, and when it may be asked for again.
func (f *fetcher) failed(err error) error {
	if known, ok := errors.AsType[*unavailableError](err); ok {
		return known // noted before
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	pause := min(firstBackoff<<min(f.failures, 6), longestPause)
	f.again, f.failures, f.cause = f.now().Add(pause), f.failures+1, err
	return &unavailableError{pause, err}
}
