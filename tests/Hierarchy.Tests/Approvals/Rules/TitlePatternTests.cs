using FsCheck;
using FsCheck.Fluent;
using Hierarchy.Domain.Approvals.Rules;
using Xunit;

namespace Hierarchy.Tests.Approvals.Rules;

public sealed class TitlePatternTests
{
    [Theory]
    [InlineData("", "anything", true)]
    [InlineData("*", "", true)]
    [InlineData("a", "A", true)]
    [InlineData("a", "ab", false)] // the whole title
    [InlineData("?", "", false)]
    [InlineData("??", "ab", true)]
    [InlineData("*cumulative*", "2026-11 Cumulative Update for Doors", true)]
    [InlineData("2026-?? cumulative*", "2026-11 Cumulative Update for Doors", true)]
    [InlineData("*doors 1*", "Update for Doors 2", false)]
    [InlineData("a*b*c", "a-b-b-c", true)]
    [InlineData("a*b*c", "a-c-b", false)]
    [InlineData("*a", "ba ba", true)]
    [InlineData("a**", "a", true)]
    [InlineData("[a-z]", "a", false)] // no other character has a meaning
    public void Matches_Title_AsTheSignsSay(string pattern, string title, bool expected) => Assert.Equal(expected, TitlePattern.Matches(pattern, title));

    [Fact]
    public void Matches_Anything_SaysWhatTheDefinitionSays() => Prop.ForAll(
        (from pattern in Gen.Elements('a', 'b', '*', '?').ListOf() from title in Gen.Elements('a', 'b', 'A').ListOf() select (Pattern: string.Concat(pattern.Take(8)), Title: string.Concat(title.Take(10)))).ToArbitrary(), // The definition takes its time.
        sample => sample.Pattern.Length == 0 || TitlePattern.Matches(sample.Pattern, sample.Title) == Defined(sample.Pattern, sample.Title)).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Matches_ManyStarsThatNeverFit_EndsSoon() =>
        Assert.False(TitlePattern.Matches(string.Concat(Enumerable.Repeat("*a", 120)) + "*b", new string('a', 250)));

    private static bool Defined(string pattern, string title) => pattern switch
    {
        "" => title.Length == 0,
        ['*', ..] => Defined(pattern[1..], title) || (title.Length > 0 && Defined(pattern, title[1..])),
        ['?', ..] => title.Length > 0 && Defined(pattern[1..], title[1..]),
        _ => title.Length > 0 && char.ToUpperInvariant(pattern[0]) == char.ToUpperInvariant(title[0]) && Defined(pattern[1..], title[1..]),
    };
}
