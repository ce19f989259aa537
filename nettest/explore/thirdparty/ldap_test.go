package thirdparty_test

import (
	"context"
	"fmt"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest/explore"
)

var _ = register(explored{
	Name:   "go-ldap",
	Module: "github.com/go-ldap/ldap/v3",
	Config: explore.Config{NewHandler: newLDAP, Within: within},
	Body:   ldapBody,
})

// ldapBody searches a directory, and adds to it. When the connection has closed, it opens another, and logs in.
func ldapBody(_ context.Context, w *explore.Wire) error {
	var c *ldap.Conn
	defer func() {
		if c != nil {
			c.Close()
		}
	}()
	bind := func(ctx context.Context) (any, error) {
		if c != nil && !c.IsClosing() {
			return nil, nil
		}
		conn, err := w.DialContext(ctx, "tcp", "ldap.test:389")
		if err != nil {
			return nil, err
		}
		c = ldap.NewConn(conn, false)
		c.SetTimeout(within / 2)
		c.Start()
		return nil, c.Bind("cn=eve,dc=orchard", "secret")
	}
	do := func(name string, f func() (any, error)) {
		if _, err := w.Do("bind", bind); err == nil {
			w.Do(name, func(context.Context) (any, error) { return f() })
		}
	}
	search := func() (any, error) {
		found, err := c.Search(ldap.NewSearchRequest("dc=orchard", ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, "(kind=apple)", nil, nil))
		if err != nil {
			return nil, err
		}
		var names []string
		for _, e := range found.Entries {
			names = append(names, e.DN+" "+e.GetAttributeValue("color"))
		}
		return strings.Join(names, ", "), nil
	}
	do("search", search)
	do("add", func() (any, error) {
		r := ldap.NewAddRequest("cn=quince,dc=orchard", nil)
		r.Attribute("color", []string{"yellow"})
		return nil, c.Add(r)
	})
	do("search", search)
	do("compare", func() (any, error) { return c.Compare("cn=gala,dc=orchard", "color", "red") })
	do("search", search)
	return nil
}

// newLDAP returns an LDAP server that takes any password. It knows two apples, whatever was added, and says of an entry that is added once more that it
// is there already.
func newLDAP() fakeserver.Handler {
	var added counts
	return fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
		for {
			request, err := ber.ReadPacket(c)
			if err != nil || len(request.Children) < 2 {
				return nil
			}
			id, ok := request.Children[0].Value.(int64)
			if !ok || request.Children[1].Tag == ldap.ApplicationUnbindRequest {
				return nil
			}
			if _, err := c.Write(added.ldap(id, request.Children[1])); err != nil {
				return nil
			}
		}
	})
}

// ldap returns the answers to an operation.
func (c *counts) ldap(id int64, operation *ber.Packet) []byte {
	switch operation.Tag {
	case ldap.ApplicationBindRequest:
		return ldapResult(id, ldap.ApplicationBindResponse, ldap.LDAPResultSuccess)
	case ldap.ApplicationSearchRequest:
		all := append(ldapEntry(id, "gala", "red"), ldapEntry(id, "russet", "brown")...)
		return append(all, ldapResult(id, ldap.ApplicationSearchResultDone, ldap.LDAPResultSuccess)...)
	case ldap.ApplicationAddRequest:
		if c.add("entries") > 1 {
			return ldapResult(id, ldap.ApplicationAddResponse, ldap.LDAPResultEntryAlreadyExists)
		}
		return ldapResult(id, ldap.ApplicationAddResponse, ldap.LDAPResultSuccess)
	case ldap.ApplicationCompareRequest:
		return ldapResult(id, ldap.ApplicationCompareResponse, ldap.LDAPResultCompareTrue)
	}
	return ldapResult(id, ldap.ApplicationExtendedResponse, ldap.LDAPResultProtocolError)
}

// ldapResult is a code, no name and no message.
func ldapResult(id int64, kind ber.Tag, code int64) []byte {
	return ldapMessage(id, kind, ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, code, ""), ldapString(""), ldapString(""))
}

// ldapEntry is an entry with one attribute.
func ldapEntry(id int64, name, color string) []byte {
	attribute := ber.NewSequence("")
	attribute.AppendChild(ldapString("color"))
	values := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
	values.AppendChild(ldapString(color))
	attribute.AppendChild(values)
	attributes := ber.NewSequence("")
	attributes.AppendChild(attribute)
	return ldapMessage(id, ldap.ApplicationSearchResultEntry, ldapString(fmt.Sprintf("cn=%s,dc=orchard", name)), attributes)
}

func ldapString(text string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, text, "")
}

// ldapMessage is the number of the question, and an answer of some kind with its parts.
func ldapMessage(id int64, kind ber.Tag, parts ...*ber.Packet) []byte {
	answer := ber.Encode(ber.ClassApplication, ber.TypeConstructed, kind, nil, "")
	for _, p := range parts {
		answer.AppendChild(p)
	}
	message := ber.NewSequence("")
	message.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	message.AppendChild(answer)
	return message.Bytes()
}
