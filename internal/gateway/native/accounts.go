// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func accountMethods() []method {
	return []method{
		anybody(call("Accounts/Server", 0, serverInfo)),
		guessed(call("Accounts/SignUp", 0, signUp)),
		guessed(call("Accounts/SignIn", 0, signIn)),
		guessed(call("Accounts/Recover", 0, restore)),
		anybody(call("Accounts/CheckUsername", 0, checkUsername)),
		parts(ordered(call("Accounts/SignOut", 0, signOut))),
		call("Accounts/Me", chat.ScopeRead, me),
		call("Accounts/Devices", chat.ScopeManage, devices),
		parts(ordered(call("Accounts/RevokeDevice", chat.ScopeManage, revokeDevice))),
		ordered(call("Accounts/SetPassword", chat.ScopeManage, setPassword)),
		ordered(call("Accounts/SetRecovery", chat.ScopeManage, setRecovery)),
		ordered(call("Accounts/CreateToken", chat.ScopeManage, createToken)),
		call("Accounts/Person", chat.ScopeRead, person),
	}
}

// capabilities are what this version of the protocol offers beyond its first; see docs/protocol.md.
//
// VER-2
func (g *Gateway) capabilities() []string { return g.cfg.Capabilities }

func serverInfo(ctx context.Context, c *caller, _ *zolalv1.Empty) (*zolalv1.ServerInfo, error) {
	entrance, err := c.cfg.Accounts.Status(ctx, c.from)
	if err != nil {
		return nil, err
	}
	inc := c.cfg.Engine.Incarnation()
	limits := make(map[string]int64)
	for _, l := range chat.Limits() {
		limits[l.Name] = l.Value
	}
	for _, l := range wire.Limits() {
		limits[l.Name] = l.Value
	}
	info := &zolalv1.ServerInfo{
		Version: c.cfg.Version, Build: c.cfg.Build, Incarnation: inc[:], Capabilities: c.capabilities(),
		Protocol: wire.Protocol, ProtocolMin: wire.ProtocolMin, Limits: limits,
		SetupNeeded: entrance.SetupNeeded, OpenSignup: entrance.Open(), Signup: entrance.Mode,
		SignupWork: entrance.Work, SignupReview: entrance.Review, Contact: c.cfg.Contact, Oidc: c.cfg.Provider,
		Search: c.cfg.Search != nil, Directory: true,
		ServerMs: c.cfg.Now().UnixMilli(), Addresses: c.cfg.Addresses, Name: c.cfg.Name,
		Passkeys:    c.cfg.Accounts.Party.ID,
		UploadBytes: c.uploadBytes(), Photos: c.cfg.Media != nil,
	}
	if c.cfg.Push != nil {
		info.PushKey = c.cfg.Push.PublicKey()
	}
	if c.cfg.Terms != nil {
		info.Terms = c.cfg.Terms()
	}
	return info, nil
}

// client reads which program asks.
func (c *caller) client(i *zolalv1.ClientInfo) account.Client {
	return account.Client{
		Device: i.GetDevice(), Name: i.GetClient(), Version: i.GetVersion(), Build: i.GetBuild(), Address: c.from,
	}
}

func sessionOut(s account.Session) *zolalv1.Session {
	return &zolalv1.Session{
		Account: uint32(s.Account), Device: uint32(s.Device), Token: s.Token, Username: s.Profile.Username,
		Name: s.Profile.Name, Operator: s.Operator,
		Scopes: s.Scopes.Words(), ExpiresMs: int64(s.Expires), Pending: s.Pending,
		PendingUntilMs: int64(s.PendingUntil), Code: s.Code,
	}
}

// session encodes the session that an open call created.
func session(s account.Session, err error) (*zolalv1.Session, error) {
	if err != nil {
		return nil, err
	}
	return sessionOut(s), nil
}

// AUTH-1
func signUp(ctx context.Context, c *caller, r *zolalv1.SignUpRequest) (*zolalv1.Session, error) {
	key, err := clientKey(r.GetKey())
	if err != nil {
		return nil, err
	}
	return session(c.cfg.Accounts.SignUp(ctx, account.SignUp{
		Key: key, Username: r.GetUsername(), Name: r.GetName(), Password: r.GetPassword(),
		Recovery: r.GetRecovery(), Setup: r.GetSetup(), Pass: r.GetPass(), Work: workIn(r.GetWork()),
		Note:   r.GetNote(),
		Client: c.client(r.GetClient()),
	}))
}

func signIn(ctx context.Context, c *caller, r *zolalv1.SignInRequest) (*zolalv1.Session, error) {
	return session(c.cfg.Accounts.SignIn(ctx, c.signIn(r)))
}

func (c *caller) signIn(r *zolalv1.SignInRequest) account.SignIn {
	return account.SignIn{
		Username: r.GetUsername(), Password: r.GetPassword(), Proof: r.GetDeviceProof(),
		Code: r.GetCode(), Recovery: r.GetRecovery(), Passkey: []byte(r.GetPasskey()),
		Ticket: r.GetTicket(),
		Client: c.client(r.GetClient()),
	}
}

func restore(ctx context.Context, c *caller, r *zolalv1.RecoverRequest) (*zolalv1.Session, error) {
	return session(c.cfg.Accounts.Recover(ctx, account.Recovery{
		Username: r.GetUsername(), Secret: r.GetRecovery(), NewPassword: r.GetNewPassword(),
		Client: c.client(r.GetClient()),
	}))
}

func checkUsername(ctx context.Context, c *caller, r *zolalv1.CheckUsernameRequest) (
	*zolalv1.CheckUsernameResponse, error) {
	err := c.mayClaim(ctx, r)
	switch code := chat.CodeOf(err); code {
	case 0:
		return &zolalv1.CheckUsernameResponse{Free: true}, nil
	case chat.CodeNameTaken, chat.CodeNameInvalid, chat.CodeNameConfusable,
		chat.CodeNameResting, chat.CodeNameTooOften, chat.CodeBadText:
		return &zolalv1.CheckUsernameResponse{Code: code.String()}, nil
	default:
		return nil, err
	}
}

// mayClaim answers who is signed in by what is theirs, and anybody else by their address.
//
// NAME-2
func (c *caller) mayClaim(ctx context.Context, r *zolalv1.CheckUsernameRequest) error {
	if c.actor.Account == 0 {
		return c.cfg.Accounts.CheckUsername(ctx, r.GetUsername(), c.from)
	}
	return c.cfg.Engine.MayClaim(ctx, c.actor, engine.Claim{
		Name: r.GetUsername(), Room: chat.ChatID(r.GetChat()), New: r.GetNewChat(),
	})
}

func signOut(ctx context.Context, c *caller, _ *zolalv1.Empty) (*zolalv1.Empty, error) {
	return &zolalv1.Empty{}, c.cfg.Accounts.SignOut(ctx, c.actor)
}

func me(ctx context.Context, c *caller, _ *zolalv1.Empty) (*zolalv1.UserState, error) {
	s, _, err := c.cfg.Engine.State(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	return c.userState(&s), nil
}

func devices(ctx context.Context, c *caller, _ *zolalv1.Empty) (*zolalv1.DevicesResponse, error) {
	list, err := c.cfg.Accounts.Devices(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	out := &zolalv1.DevicesResponse{}
	for _, d := range list {
		m := wire.DeviceOut(d)
		m.Current = d.ID == c.actor.Device
		if len(c.cfg.Hub.Sessions(c.actor.Account, d.ID)) > 0 { // connected: in use at this moment
			m.LastUsedMs = c.cfg.Now().UnixMilli()
		}
		out.Devices = append(out.Devices, m)
	}
	return out, nil
}

func revokeDevice(ctx context.Context, c *caller, r *zolalv1.RevokeDeviceRequest) (*zolalv1.Empty, error) {
	return &zolalv1.Empty{}, c.cfg.Accounts.Revoke(ctx, c.actor, chat.DeviceID(r.GetDevice()))
}

func setPassword(ctx context.Context, c *caller, r *zolalv1.SetPasswordRequest) (*zolalv1.Empty, error) {
	return &zolalv1.Empty{}, c.cfg.Accounts.SetPassword(ctx, c.actor, account.PasswordChange{
		Old: r.GetOldPassword(), New: r.GetNewPassword(), KeepDevices: r.GetKeepDevices(),
	})
}

func setRecovery(ctx context.Context, c *caller, r *zolalv1.SetRecoveryRequest) (*zolalv1.Empty, error) {
	return &zolalv1.Empty{}, c.cfg.Accounts.SetRecovery(ctx, c.actor, r.GetPassword(), r.GetRecovery())
}

func createToken(ctx context.Context, c *caller, r *zolalv1.CreateTokenRequest) (*zolalv1.Session, error) {
	return session(c.cfg.Accounts.CreateToken(ctx, c.actor, account.TokenRequest{
		Name: r.GetName(), Scopes: r.GetScopes(), Expires: chat.Millis(r.GetExpiresMs()),
	}))
}

func person(ctx context.Context, c *caller, r *zolalv1.PersonRequest) (*zolalv1.Person, error) {
	p, err := c.cfg.Engine.Person(ctx, c.actor, chat.AccountID(r.GetAccount()))
	if err != nil {
		return nil, err
	}
	return c.persons([]chat.Person{p})[0], nil
}
