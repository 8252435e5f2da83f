using System.Net;
using Hierarchy.Domain.Sites;
using Xunit;

namespace Hierarchy.Tests.Sites;

public sealed class SubnetTests
{
    [Theory]
    [InlineData("10.1.0.0/16", "10.1.0.0/16")]
    [InlineData("10.1.2.3/16", "10.1.0.0/16")]
    [InlineData(" 192.168.1.255/32 ", "192.168.1.255/32")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("255.255.255.255/1", "128.0.0.0/1")]
    [InlineData("2001:DB8:0:0::1/32", "2001:db8::/32")]
    [InlineData("::/0", "::/0")]
    [InlineData("::ffff:10.1.2.3/104", "10.0.0.0/8")]
    [InlineData("::ffff:0:0/96", "0.0.0.0/0")]
    [InlineData("fe80::1/128", "fe80::1/128")]
    public void Parse_Subnet_GivesCanonicalForm(string text, string canonical)
    {
        var subnet = Subnet.Parse(text);
        Assert.Equal(canonical, subnet.ToString());
        Assert.Equal(subnet, Subnet.Parse(canonical));
    }

    [Theory]
    [InlineData(null, "no IPv4 or IPv6 address")]
    [InlineData("", "no IPv4 or IPv6 address")]
    [InlineData("branch", "no IPv4 or IPv6 address")]
    [InlineData("10.1/16", "no IPv4 or IPv6 address")]
    [InlineData("010.1.0.0/16", "no IPv4 or IPv6 address")]
    [InlineData("fe80::1%2/64", "no IPv4 or IPv6 address")]
    [InlineData("[fe80::1]/64", "no IPv4 or IPv6 address")]
    [InlineData("10.1.0.0", "write 10.1.0.0/32")]
    [InlineData("2001:db8::1", "write 2001:db8::1/128")]
    [InlineData("10.1.0.0/33", "a number from 0 to 32")]
    [InlineData("10.1.0.0/", "a number from 0 to 32")]
    [InlineData("10.1.0.0/-1", "a number from 0 to 32")]
    [InlineData("10.1.0.0/255.255.0.0", "a number from 0 to 32")]
    [InlineData("2001:db8::/129", "a number from 0 to 128")]
    [InlineData("10.1.0.0/16/8", "a number from 0 to 32")]
    public void TryParse_NotASubnet_SaysWhatToWrite(string? text, string expected)
    {
        Assert.False(Subnet.TryParse(text, out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.1.0.0/16", "10.1.255.255", true)]
    [InlineData("10.1.0.0/16", "10.2.0.0", false)]
    [InlineData("10.1.0.0/16", "::ffff:10.1.2.3", true)]
    [InlineData("::/0", "10.1.2.3", false)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("fe80::/10", "fe80::1%3", true)]
    public void Contains_Address_GoesByFamilyAndPrefix(string subnet, string address, bool expected) =>
        Assert.Equal(expected, Subnet.Parse(subnet).Contains(IPAddress.Parse(address)));
}
