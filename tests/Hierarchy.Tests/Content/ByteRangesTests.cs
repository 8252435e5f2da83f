using FsCheck;
using FsCheck.Fluent;
using Hierarchy.Content.Serving;
using Xunit;

namespace Hierarchy.Tests.Content;

public sealed class ByteRangesTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("bytes")]
    [InlineData("bytes=")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=5-3")]
    [InlineData("lines=0-5")]
    [InlineData("bytes=-")]
    [InlineData("bytes=0-5;6-7")]
    public void TryParse_NoByteRange_LeavesTheWholeFile(string? header) => Assert.False(ByteRanges.TryParse(header, 100, out _));

    [Theory]
    [InlineData("bytes=0-0", "0-0")]
    [InlineData("bytes=10-", "10-99")]
    [InlineData("bytes=-10", "90-99")]
    [InlineData("bytes=-1000", "0-99")]
    [InlineData("bytes=90-1000", "90-99")]
    [InlineData("Bytes=1-2", "1-2")]
    [InlineData("bytes=50-59, 10-19", "50-59 10-19")]
    [InlineData("bytes=50-59,10-19,55-70", "10-19 50-70")]
    [InlineData("bytes=0-,5-6", "0-99")]
    [InlineData("bytes=0-9,200-300", "0-9")]
    [InlineData("bytes=100-", "")]
    [InlineData("bytes=-0", "")]
    public void TryParse_Ranges_AreThoseOfTheFile(string header, string expected)
    {
        Assert.True(ByteRanges.TryParse(header, 100, out var ranges));
        Assert.Equal(expected, string.Join(' ', ranges.Select(range => $"{range.From}-{range.To}")));
    }

    [Fact]
    public void TryParse_MoreRangesThanAllowed_SatisfiesNone()
    {
        Assert.True(ByteRanges.TryParse("bytes=" + string.Join(',', Enumerable.Range(0, ByteRanges.MaxRanges + 1).Select(i => $"{i * 2}-{i * 2}")), 10_000, out var ranges));
        Assert.Empty(ranges);
    }

    [Fact]
    public void TryParse_AnyRanges_CoverTheBytesAskedForOnceEach()
    {
        var cases =
            from size in Gen.Choose(0, 60)
            from ranges in (from @from in Gen.Choose(0, 70) from length in Gen.Choose(0, 20) select (@from, to: @from + length)).NonEmptyListOf()
            select (size, ranges: ranges.ToArray());
        Check.One(Config.QuickThrowOnFailure.WithReplay(20_26_11, 7_77_77), Prop.ForAll(cases.ToArbitrary(), test =>
        {
            Assert.True(ByteRanges.TryParse("bytes=" + string.Join(',', test.ranges.Select(range => $"{range.from}-{range.to}")), test.size, out var ranges));
            var expected = Enumerable.Range(0, test.size).Where(i => test.ranges.Any(range => range.from <= i && i <= range.to));
            var actual = ranges.SelectMany(range => Enumerable.Range((int)range.From, (int)range.Length));
            Assert.Equal(expected, actual.Order());
        }));
    }
}
