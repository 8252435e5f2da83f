using Hierarchy.Domain.Office;
using Hierarchy.Domain.Policies;
using Hierarchy.Domain.Reports;
using Xunit;

namespace Hierarchy.Tests.Office;

/// <summary>"Approving Office Updates" (Cc720493) and "Office Update Approval" (Cc720471), case by case.</summary>
public sealed class OfficeRulesTests
{
    private const string Anna = "S-1-5-21-1-1001";
    private const string Bert = "S-1-5-21-1-1002";
    private static readonly OfficeProduct[] For2003 = [new(OfficeProductLine.Office2003, "")];

    [Theory]
    [InlineData(OfficeProductLine.Xp2002, OfficeSourceKind.Media, OfficeSourceState.Unknown, HoldReason.None, false)]
    [InlineData(OfficeProductLine.Xp2002, OfficeSourceKind.AdministrativeInstallPoint, OfficeSourceState.Baseline, HoldReason.None, false)]
    [InlineData(OfficeProductLine.Xp2002, OfficeSourceKind.AdministrativeInstallPoint, OfficeSourceState.Updated, HoldReason.UpdatedInstallPoint, false)]
    [InlineData(OfficeProductLine.Xp2002, OfficeSourceKind.AdministrativeInstallPoint, OfficeSourceState.Sp2OrLater, HoldReason.UpdatedInstallPoint, false)]
    [InlineData(OfficeProductLine.Xp2002, OfficeSourceKind.AdministrativeInstallPoint, OfficeSourceState.Unknown, HoldReason.None, true)]
    [InlineData(OfficeProductLine.Office2003, OfficeSourceKind.Media, OfficeSourceState.Unknown, HoldReason.None, false)]
    [InlineData(OfficeProductLine.Office2003, OfficeSourceKind.Media, OfficeSourceState.Updated, HoldReason.None, false)]
    [InlineData(OfficeProductLine.Office2003, OfficeSourceKind.AdministrativeInstallPoint, OfficeSourceState.Baseline, HoldReason.None, false)]
    [InlineData(OfficeProductLine.Office2003, OfficeSourceKind.AdministrativeInstallPoint, OfficeSourceState.Sp2OrLater, HoldReason.None, false)]
    [InlineData(OfficeProductLine.Office2003, OfficeSourceKind.AdministrativeInstallPoint, OfficeSourceState.Updated, HoldReason.UpdatedInstallPoint, false)]
    [InlineData(OfficeProductLine.Office2003, OfficeSourceKind.AdministrativeInstallPoint, OfficeSourceState.Unknown, HoldReason.None, true)]
    [InlineData(OfficeProductLine.Office2003, OfficeSourceKind.Unknown, OfficeSourceState.Updated, HoldReason.None, true)]
    [InlineData(OfficeProductLine.Office2007, OfficeSourceKind.AdministrativeInstallPoint, OfficeSourceState.Updated, HoldReason.None, false)]
    [InlineData(OfficeProductLine.Office2007, OfficeSourceKind.Unknown, OfficeSourceState.Unknown, HoldReason.None, false)]
    [InlineData(OfficeProductLine.Later, OfficeSourceKind.AdministrativeInstallPoint, OfficeSourceState.Updated, HoldReason.None, false)]
    [InlineData(OfficeProductLine.ClickToRun, OfficeSourceKind.Unknown, OfficeSourceState.Unknown, HoldReason.ClickToRun, false)]
    public void Judge_SourceOfTheComputersCopy_DecidesForXpAnd2003Alone(OfficeProductLine line, OfficeSourceKind kind, OfficeSourceState state, HoldReason hold, bool isWarned)
    {
        var product = new OfficeProduct(line == OfficeProductLine.ClickToRun ? OfficeProductLine.Later : line, "");
        var verdict = Assert.Single(Judge([product], [new OfficeInstallation { Line = line, SourceKind = kind, SourceState = state }]));
        Assert.Equal(("", hold, isWarned), (verdict.User, verdict.Hold, verdict.HasWarning));
        Assert.Equal(hold != HoldReason.None, OfficeWords.Of(verdict.Hold, verdict.Installations).Count > 0);
    }

    [Theory]
    [InlineData(PerUserOffice.Never, OfficeLicence.PerDevice, HoldReason.PerUserNever, HoldReason.PerUserNever)]
    [InlineData(PerUserOffice.Never, OfficeLicence.PerUser, HoldReason.PerUserNever, HoldReason.PerUserNever)]
    [InlineData(PerUserOffice.AtLogon, OfficeLicence.PerDevice, HoldReason.None, HoldReason.UserNotLoggedOn)]
    [InlineData(PerUserOffice.AtLogon, OfficeLicence.PerUser, HoldReason.None, HoldReason.UserNotLoggedOn)]
    public void Judge_CopiesOfTwoUsers_EachByItself(PerUserOffice policy, OfficeLicence licence, HoldReason ofAnna, HoldReason ofBert)
    {
        var verdicts = Judge(For2003, [Of2003(Anna), Of2003(Bert)], new OfficePolicy(policy, licence, false));
        Assert.Equal([(Anna, ofAnna), (Bert, ofBert)], verdicts.Select(verdict => (verdict.User, verdict.Hold)));
    }

    [Theory]
    [InlineData(PerUserOffice.Never, HoldReason.PerUserNever, HoldReason.PerUserNever)]
    [InlineData(PerUserOffice.AtLogon, HoldReason.None, HoldReason.UserNotLoggedOn)]
    public void Judge_ComputersCopyLicensedPerUser_CountsForEveryUser(PerUserOffice policy, HoldReason ofAnna, HoldReason ofBert)
    {
        var verdicts = Judge(For2003, [Of2003("")], new OfficePolicy(policy, OfficeLicence.PerUser, false));
        Assert.Equal([(Anna, ofAnna), (Bert, ofBert)], verdicts.Select(verdict => (verdict.User, verdict.Hold)));
    }

    [Theory]
    [InlineData(PerUserOffice.Never, HoldReason.PerUserNever)]
    [InlineData(PerUserOffice.AtLogon, HoldReason.UserNotLoggedOn)]
    public void Judge_LicensedPerUserAndNoUserKnown_IsHeldForTheComputer(PerUserOffice policy, HoldReason hold)
    {
        var verdict = Assert.Single(OfficeRules.Judge(For2003, [Of2003("")], new OfficePolicy(policy, OfficeLicence.PerUser, false), OfficeUsers.None, _ => 0));
        Assert.Equal(("", hold), (verdict.User, verdict.Hold));
    }

    [Fact]
    public void Judge_UsersCopyFromUpdatedInstallPoint_NoPolicyHelps()
    {
        var copy = Of2003(Anna) with { SourceKind = OfficeSourceKind.AdministrativeInstallPoint, SourceState = OfficeSourceState.Updated };
        foreach (var policy in new[] { PerUserOffice.Never, PerUserOffice.AtLogon })
            Assert.Equal(HoldReason.UpdatedInstallPoint, Assert.Single(Judge(For2003, [copy], OfficePolicy.Default with { PerUser = policy })).Hold);
    }

    [Theory]
    [InlineData(1, false, HoldReason.None)]
    [InlineData(2, false, HoldReason.StillWanted)]
    [InlineData(3, false, HoldReason.StillWanted)]
    [InlineData(1, true, HoldReason.None)]
    [InlineData(2, true, HoldReason.StillWantedMixed)]
    public void Judge_WantedAgainAfterInstallations_IsHeldAfterTheSecond(int tries, bool isMixed, HoldReason hold)
    {
        OfficeInstallation[] copies = isMixed ? [Of2003(""), Of2003(Anna)] : [Of2003("")];
        var verdicts = OfficeRules.Judge(For2003, copies, OfficePolicy.Default, OfficeUsers.None, user => user.Length == 0 ? tries : 0);
        Assert.Equal(hold, verdicts.Single(verdict => verdict.User.Length == 0).Hold);
    }

    [Fact]
    public void Judge_MixedCopies_ComputersIsUpdatedAndUsersIsHeld()
    {
        OfficeInstallation[] copies = [Of2003(""), Of2003(Anna)];
        Assert.Equal([("", HoldReason.None), (Anna, HoldReason.PerUserNever)], Judge(For2003, copies).Select(verdict => (verdict.User, verdict.Hold)));
        Assert.Contains(OfficeWords.Warnings(copies), warning => warning.Contains("903775", StringComparison.Ordinal));
    }

    [Fact]
    public void Judge_CopiesOfTwoGenerations_AreNotMixed()
    {
        OfficeInstallation[] copies = [Of2003(""), new() { Line = OfficeProductLine.Office2007, User = Anna }];
        Assert.False(OfficeRules.IsMixed(copies));
        Assert.Equal("", Assert.Single(Judge(For2003, copies)).User);
    }

    [Fact]
    public void Judge_OneOfTwoComputersCopiesFromUpdatedInstallPoint_HoldsBoth()
    {
        var held = Of2003("") with { SourceKind = OfficeSourceKind.AdministrativeInstallPoint, SourceState = OfficeSourceState.Updated };
        Assert.Equal(HoldReason.UpdatedInstallPoint, Assert.Single(Judge(For2003, [Of2003(""), held])).Hold);
    }

    [Fact]
    public void Judge_UpdateOfAnotherGenerationOrOfNoOffice_SaysNothing()
    {
        Assert.Empty(Judge([new OfficeProduct(OfficeProductLine.Office2007, "")], [Of2003("")]));
        Assert.Empty(Judge([], [Of2003("")]));
        Assert.Empty(Judge([new OfficeProduct(OfficeProductLine.Later, "2016")], [new OfficeInstallation { Line = OfficeProductLine.Later, Version = "2013" }]));
    }

    [Fact]
    public void Judge_ClickToRunBesideInstalledOffice_SpeaksOfTheInstalledOne()
    {
        OfficeInstallation[] copies = [new() { Line = OfficeProductLine.ClickToRun }, new() { Line = OfficeProductLine.Later, Version = "2016" }];
        var verdict = Assert.Single(Judge([new OfficeProduct(OfficeProductLine.Later, "2016")], copies));
        Assert.True(verdict.IsOffered);
        Assert.Contains(OfficeWords.Warnings(copies), warning => warning.Contains("not serviced", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("6248b8b1-ffeb-dbd9-887a-2acf53b09dfe", OfficeProductLine.Xp2002, "")]
    [InlineData("1403f223-a63f-f572-82ba-c92391218055", OfficeProductLine.Office2003, "")]
    [InlineData("041e4f9f-3a3d-4f58-8b2f-5e6fe95c4591", OfficeProductLine.Office2007, "")]
    [InlineData("25aed893-7c2d-4a31-ae22-28ff8ac150ed", OfficeProductLine.Later, "2016")]
    public void Products_DocumentNamesAProductOfOffice_AreItsGeneration(string category, OfficeProductLine line, string version)
        => Assert.Equal(new OfficeProduct(line, version), Assert.Single(OfficeProduct.Of([Guid.NewGuid(), new Guid(category)])));

    [Fact]
    public void Products_DocumentNamesTheFamilyOrSomethingElse_AreAllOrNone()
    {
        Assert.Equal(6, OfficeProduct.Of([OfficeProduct.Family]).Count);
        Assert.Empty(OfficeProduct.Of([new Guid("cbfd1e71-9d9e-457e-a8c5-500c47cfe9f3")]));
    }

    [Fact]
    public void Words_UpdatedInstallPoint_GiveTheRemediesOfThatGeneration()
    {
        var of2003 = Of2003("") with { SourceKind = OfficeSourceKind.AdministrativeInstallPoint, SourceState = OfficeSourceState.Updated };
        Assert.Equal(3, OfficeWords.Of(HoldReason.UpdatedInstallPoint, [of2003]).Count(line => line.StartsWith("Remedy:", StringComparison.Ordinal)));
        var words = string.Join(" ", OfficeWords.Of(HoldReason.UpdatedInstallPoint, [of2003 with { Line = OfficeProductLine.Xp2002 }]));
        Assert.Contains("922665", words, StringComparison.Ordinal);
        Assert.DoesNotContain("SP2", words, StringComparison.Ordinal);
    }

    [Fact]
    public void OnlineKeys_GenerationWithoutDocumentedKey_IsNotEnforceable()
    {
        Assert.Equal(@"Software\Policies\Microsoft\Office\Common\OfficeUpdate", OfficeOnlineKeys.Find(OfficeProductLine.Office2007)?.Key);
        Assert.Null(OfficeOnlineKeys.WhyNotEnforceable(new OfficeInstallation { Line = OfficeProductLine.Office2007 }));
        foreach (var line in new[] { OfficeProductLine.Xp2002, OfficeProductLine.Office2003, OfficeProductLine.Later, OfficeProductLine.ClickToRun })
            Assert.Contains("not enforceable", OfficeOnlineKeys.WhyNotEnforceable(new OfficeInstallation { Line = line }), StringComparison.Ordinal);
    }

    private static IReadOnlyList<OfficeVerdict> Judge(IReadOnlyList<OfficeProduct> products, IReadOnlyList<OfficeInstallation> copies, OfficePolicy? policy = null)
        => OfficeRules.Judge(products, copies, policy ?? OfficePolicy.Default, new OfficeUsers(new HashSet<string> { Anna, Bert }, new HashSet<string> { Anna }), _ => 0);

    private static OfficeInstallation Of2003(string user) => new() { Line = OfficeProductLine.Office2003, SourceKind = OfficeSourceKind.Media, User = user };
}
