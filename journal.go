// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Journal keeps what a client must not forget: unsent messages and how far it has read. Put returns when the
// value would survive a crash, as far as the journal promises that at all. Keys sort by time.
type Journal interface {
	Put(key string, value []byte) error
	Get(key string) ([]byte, error) // nil where there is none
	Delete(key string) error
	Keys(prefix string) ([]string, error) // ascending
}

// MemoryJournal is a Journal that is forgotten with the process.
type MemoryJournal struct {
	mu   sync.Mutex
	rows map[string][]byte
}

// Put stores a copy of the value.
func (m *MemoryJournal) Put(key string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rows == nil {
		m.rows = make(map[string][]byte)
	}
	m.rows[key] = slices.Clone(value)
	return nil
}

// Get returns the value, nil where there is none.
func (m *MemoryJournal) Get(key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rows[key], nil
}

// Delete forgets the value.
func (m *MemoryJournal) Delete(key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.rows, key)
	return nil
}

// Keys returns the keys that start with prefix, ascending.
func (m *MemoryJournal) Keys(prefix string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var keys []string
	for k := range maps.Keys(m.rows) {
		if strings.HasPrefix(k, prefix) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys, nil
}

// DirJournal is a Journal of one file a value in a directory. A value is synced and renamed into place, so
// that a crash leaves the old value or the new one.
type DirJournal string

// Put writes the value durably.
func (d DirJournal) Put(key string, value []byte) error {
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	f, err := os.CreateTemp(string(d), ".new-*")
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	_, err = f.Write(value)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), d.path(key))
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("journal: %w", err)
	}
	return d.sync()
}

// Get reads a value.
func (d DirJournal) Get(key string) ([]byte, error) {
	b, err := os.ReadFile(d.path(key))
	if os.IsNotExist(err) {
		return nil, nil
	}
	return b, err
}

// Delete removes a value.
func (d DirJournal) Delete(key string) error {
	if err := os.Remove(d.path(key)); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// Keys lists the keys that start with prefix, ascending.
func (d DirJournal) Keys(prefix string) ([]string, error) {
	files, err := os.ReadDir(string(d))
	if err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("journal: %w", err)
	}
	var keys []string
	for _, f := range files {
		key, err := base64.RawURLEncoding.DecodeString(f.Name())
		if err == nil && strings.HasPrefix(string(key), prefix) {
			keys = append(keys, string(key))
		}
	}
	slices.Sort(keys)
	return keys, nil
}

// path encodes the key, so that any key is a safe file name.
func (d DirJournal) path(key string) string {
	return filepath.Join(string(d), base64.RawURLEncoding.EncodeToString([]byte(key)))
}

// sync makes the rename itself durable.
func (d DirJournal) sync() error {
	dir, err := os.Open(string(d))
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}
