using Hierarchy.Domain.Catalog;
using Hierarchy.Content;
using Hierarchy.Content.Verification;
using Xunit;

namespace Hierarchy.Tests.Content;

public sealed class ContentPathTests
{
    private const string Sha1 = "2F88DF42DA48AA980FB748D13BAA2DE49CD154AB";

    [Theory]
    [InlineData("mpas-d.exe", "/Content/AB/" + Sha1 + ".exe")]
    [InlineData("Windows11.0-KB5-x64.wim", "/Content/AB/" + Sha1 + ".wim")]
    [InlineData("no-extension", "/Content/AB/" + Sha1)]
    [InlineData("odd.e/x e", "/Content/AB/" + Sha1)]
    [InlineData("trailing.", "/Content/AB/" + Sha1)]
    [InlineData("", "/Content/AB/" + Sha1)]
    public void For_FileName_KeepsOnlyAPlainExtension(string name, string expected) => Assert.Equal(expected, ContentPath.For(Parse(Sha1), name));

    [Fact]
    public void UrlFor_ContentUrlWithPath_AppendsToIt()
    {
        var file = Sample.Describe([1], "a.cab");
        Assert.Equal($"http://host:8530/mirror{ContentPath.For(file)}", ContentPath.UrlFor(new Uri("http://host:8530/mirror/?x=1"), file).AbsoluteUri);
    }

    [Theory]
    [InlineData("AB", Sha1 + ".exe")]
    [InlineData("ab", "2f88df42da48aa980fb748d13baa2de49cd154ab.EXE")]
    [InlineData("aB", Sha1)]
    public void TryParse_WireName_GivesTheDigest(string folder, string name)
    {
        Assert.True(ContentPath.TryParse(folder, name, out var sha1));
        Assert.Equal(Sha1, sha1.ToString());
    }

    [Theory]
    [InlineData("AC", Sha1 + ".exe")]
    [InlineData("A", Sha1 + ".exe")]
    [InlineData("AB", "2F88DF42DA48AA980FB748D13BAA2DE49CD154AG.exe")]
    [InlineData("AB", "2F88DF42DA48AA980FB748D13BAA2DE49CD154AB.")]
    [InlineData("AB", Sha1 + "exe")]
    [InlineData("AB", Sha1 + ".tar.gz")]
    [InlineData("AB", Sha1 + ".exe/x")]
    [InlineData("AB", Sha1 + "/../../lock")]
    [InlineData("AB", Sha1 + ".aaaaaaaaaaaaaaaaa")]
    [InlineData("AB", "AB")]
    [InlineData("..", "lock")]
    [InlineData("", "")]
    [InlineData("AB", "..2F88DF42DA48AA980FB748D13BAA2DE49CD154AB")]
    public void TryParse_AnythingElse_IsRefused(string folder, string name) => Assert.False(ContentPath.TryParse(folder, name, out _));

    [Fact]
    public void Digests_BytesAndText_RoundTrip()
    {
        var bytes = Sample.Bytes(32);
        Assert.Equal(bytes, new Sha256Digest(bytes).ToArray());
        Assert.Equal(Convert.ToHexStringLower(bytes), new Sha256Digest(bytes).ToString());
        Assert.True(Sha256Digest.TryParse(Convert.ToHexString(bytes), out var sha256));
        Assert.Equal(new Sha256Digest(bytes), sha256);
        Assert.Equal(bytes[..20], new Sha1Digest(bytes.AsSpan(0, 20)).ToArray());
        Assert.Equal(Convert.ToHexString(bytes[..20]), new Sha1Digest(bytes.AsSpan(0, 20)).ToString());
        Assert.Equal(bytes[19], new Sha1Digest(bytes.AsSpan(0, 20)).LastByte);
        Assert.Throws<ArgumentException>(() => new Sha1Digest(bytes));
    }

    private static Sha1Digest Parse(string text)
    {
        Assert.True(Sha1Digest.TryParse(text, out var sha1));
        return sha1;
    }
}
