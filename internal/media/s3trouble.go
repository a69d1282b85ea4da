// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/minio/minio-go/v7"

	"github.com/zolal-im/zolal/internal/chat"
)

// BucketKind says what is the matter with a bucket, for whoever can mend it.
type BucketKind string

// What can be the matter with a bucket.
const (
	BucketKeys    BucketKind = "keys"    // the gateway does not know the key, or its secret is another
	BucketRights  BucketKind = "rights"  // the key may not do what is needed
	BucketMissing BucketKind = "bucket"  // there is no such bucket
	BucketRegion  BucketKind = "region"  // it is in another region
	BucketClock   BucketKind = "clock"   // the clocks differ too much for signatures
	BucketTLS     BucketKind = "tls"     // the gateway's certificate is not trusted, or it speaks no TLS
	BucketNetwork BucketKind = "network" // no answer
	BucketBusy    BucketKind = "busy"    // it answers that it cannot now
	BucketFull    BucketKind = "full"
	BucketTaken   BucketKind = "taken" // another server keeps its contents there
)

// BucketError is trouble with a bucket.
type BucketError struct {
	Kind BucketKind
	Err  error
}

// Error says what the gateway said.
func (e *BucketError) Error() string { return string(e.Kind) + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *BucketError) Unwrap() error { return e.Err }

// Passing reports trouble that may end by itself, so that the same request is worth another try.
func (e *BucketError) Passing() bool { return e.Kind == BucketBusy || e.Kind == BucketNetwork }

// retryBucket is when to try again what a bucket could not take, in milliseconds.
const retryBucket = 10_000

// trouble gives what a gateway said its code: people are told to come again, whatever it is, and not where
// contents are kept. The cause is for the log.
func (b *Bucket) trouble(op string, err error) error {
	var known *chat.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	var said minio.ErrorResponse
	if errors.As(err, &said) && (said.Code == minio.NoSuchKey || said.Code == minio.NoSuchUpload) {
		return chat.Errorf(chat.CodeNotFound, "the content is not here")
	}
	kind := kindOf(said, err)
	var asked *url.Error
	if errors.As(err, &asked) {
		err = asked.Err // without the address, which names a content
	}
	e := &chat.Error{Code: chat.CodeUnavailable, Retry: retryBucket,
		Text: op + ": where contents are kept cannot be used now", Err: &BucketError{Kind: kind, Err: err}}
	if kind == BucketFull {
		e.Code, e.Text = chat.CodeDiskFull, op+": there is no room for contents"
	}
	return e
}

// kindOf tells by what a gateway said, or by why it said nothing. Gateways agree on most codes and on few
// statuses.
func kindOf(said minio.ErrorResponse, err error) BucketKind {
	switch said.Code {
	case minio.InvalidAccessKeyID, minio.SignatureDoesNotMatch, "InvalidToken", "ExpiredToken",
		"InvalidClientTokenId":
		return BucketKeys
	case minio.AccessDenied, "AllAccessDisabled", "AccountProblem":
		return BucketRights
	case minio.NoSuchBucket, minio.InvalidBucketName:
		return BucketMissing
	case "RequestTimeTooSkewed", "RequestExpired", "RequestNotReadyYet":
		return BucketClock
	case minio.AuthorizationHeaderMalformed, "PermanentRedirect", "TemporaryRedirect", minio.InvalidRegion,
		"IllegalLocationConstraintException", "AuthorizationQueryParametersError":
		return BucketRegion
	case "QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage":
		return BucketFull
	}
	switch said.StatusCode {
	case http.StatusInsufficientStorage:
		return BucketFull
	case http.StatusForbidden:
		return BucketRights
	case 0:
		return silence(err)
	}
	return BucketBusy
}

// silence tells why there was no answer.
func silence(err error) BucketKind {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verify *tls.CertificateVerificationError
	var plain tls.RecordHeaderError
	if errors.As(err, &unknown) || errors.As(err, &name) || errors.As(err, &invalid) ||
		errors.As(err, &verify) || errors.As(err, &plain) ||
		strings.Contains(err.Error(), "HTTP response to HTTPS client") {
		return BucketTLS
	}
	var network net.Error
	var asked *url.Error
	if errors.As(err, &network) || errors.As(err, &asked) || errors.Is(err, context.DeadlineExceeded) {
		return BucketNetwork
	}
	return BucketBusy
}
