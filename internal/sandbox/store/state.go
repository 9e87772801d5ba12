package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// stateVersion is the layout of the state file.
const stateVersion = 2

type stateFile struct {
	Version int `json:"version"`
	*Store
}

// ReadState reads a state file; without one it returns nil. A file that is damaged or of another version is an
// error and stays as it is.
func ReadState(path string) (*Store, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the path is the user's own choice
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // nothing kept yet is neither a store nor a failure
	}
	if err != nil {
		return nil, fmt.Errorf("read the sandbox state: %w", err)
	}
	state := stateFile{Store: New(0, Shipped)} // which older files do not say
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&state); err != nil {
		return nil, fmt.Errorf("the sandbox state %s is damaged (%w): move it away or delete it to start afresh", path, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("the sandbox state %s is damaged (text after the end): move it away or delete it to start afresh", path)
	}
	if state.Version != stateVersion {
		return nil, fmt.Errorf("the sandbox state %s has version %d, this program reads %d: move it away or delete it to start afresh",
			path, state.Version, stateVersion)
	}
	if len(state.Kind("admin").all) == 0 {
		return nil, fmt.Errorf("the sandbox state %s is damaged (no admins in it): move it away or delete it to start afresh", path)
	}
	return state.Store, nil
}

// WriteState replaces the state file in one step, so that a crash leaves the old one or the new one.
func WriteState(path string, st *Store) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write the sandbox state: %w", err)
		}
	}()
	data, err := json.Marshal(stateFile{Version: stateVersion, Store: st})
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	if _, err = file.Write(data); err != nil {
		_ = file.Close()
		return err
	}
	if err = file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// MarshalJSON writes a collection as the list of its objects.
func (c *Collection) MarshalJSON() ([]byte, error) {
	if c.all == nil {
		return []byte("[]"), nil
	}
	return json.Marshal(c.all)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Collection) UnmarshalJSON(data []byte) error {
	c.byID = map[string]Object{}
	if err := json.Unmarshal(data, &c.all); err != nil {
		return err
	}
	for _, o := range c.all {
		if Text(o, "id") == "" {
			return errors.New("an object without an id")
		}
		c.byID[Text(o, "id")] = o
	}
	return nil
}
