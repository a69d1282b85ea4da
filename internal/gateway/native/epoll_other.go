// SPDX-License-Identifier: AGPL-3.0-or-later

//go:build !linux

package native

import "log/slog"

// epoll stands for what there is on Linux alone: elsewhere each connection has a goroutine that reads.
type epoll struct{}

func newEpoll(int, *slog.Logger) (*epoll, error) { return nil, nil }

func (*epoll) take(*conn) bool { return false }
func (*epoll) wait(*conn) bool { return false }
func (*epoll) drop(*conn)      {}
func (*epoll) lend()           {}
func (*epoll) close()          {}
