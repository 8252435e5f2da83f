using System.Text;
using System.Xml.Linq;
using Hierarchy.Domain.Catalog;
using Hierarchy.Tests.Testing;
using Hierarchy.WindowsUpdate.Upstream;
using Xunit;

namespace Hierarchy.Tests.WindowsUpdate.Upstream;

/// <summary>What the client asks holds against the protocol's schemas.</summary>
public class UpstreamRequestTests
{
    private static readonly UpstreamCookie Cookie = new("2026-10-04T20:33:26.65455Z", "AAAA", DateTimeOffset.UnixEpoch);
    private static readonly Guid Id = new("8c3fcc84-7410-4a95-8b89-a166a0190486");

    [Fact]
    public void Requests_EveryOperation_HoldAgainstTheSchemas()
    {
        AssertValid(UpstreamRequests.GetAuthConfig());
        AssertValid(UpstreamRequests.GetAuthorizationCookie("root & co", Id), "wsusss-dssauth-1.xsd");
        AssertValid(UpstreamRequests.GetCookie(new AuthorizationCookie("DssTargeting", "AAAA"), null, "1.20"));
        AssertValid(UpstreamRequests.GetCookie(new AuthorizationCookie("DssTargeting", "AAAA"), Cookie, "1.20"));
        AssertValid(UpstreamRequests.GetConfigData(Cookie, null));
        AssertValid(UpstreamRequests.GetConfigData(Cookie, "9438,2026-10-04 16:33:26.670"));
        AssertValid(UpstreamRequests.GetRevisionIdList(Cookie, RevisionFilter.OfCategories("9438,2026-10-04 16:33:26.670")));
        AssertValid(UpstreamRequests.GetRevisionIdList(Cookie, new RevisionFilter()));
        AssertValid(UpstreamRequests.GetRevisionIdList(Cookie, new RevisionFilter { Anchor = "a", Products = [(Id, true)], Classifications = [(Id, false), (Id, true)] }));
        AssertValid(UpstreamRequests.GetUpdateData(Cookie, [new RevisionId(Id, 200), new RevisionId(Guid.NewGuid(), 1)]));
        AssertValid(UpstreamRequests.GetUpdateDecryptionData(Cookie, [new RevisionId(Id, 200)]));
        AssertValid(UpstreamRequests.GetRelatedRevisionsForUpdates(Cookie, [Id, Guid.NewGuid()]));
        AssertValid(UpstreamRequests.GetDeployments(Cookie, null, "9438,2026-10-04 16:33:26.670"));
        AssertValid(UpstreamRequests.GetDeployments(Cookie, "7,2026-10-04 16:33:26.670", "9438,2026-10-04 16:33:26.670"));
        AssertValid(UpstreamRequests.DownloadFiles(Cookie, [new Sha1Digest(new byte[20])]));
        AssertValid(UpstreamRequests.Ping(0), "wsusss-serversync-3.xsd");
    }

    [Fact]
    public void GetRevisionIdList_AsRecorded_AsksTheSame()
    {
        var recorded = XDocument.Parse(File.ReadAllText(RepositoryRoot.Fixture("wsusss/wsus2025-captured/000009-GetRevisionIdList-updates/request.body")));
        var written = Parse(UpstreamRequests.GetRevisionIdList(Cookie, new RevisionFilter
        {
            Products = [(Id, false)],
            Classifications = [(new Guid("e0789628-ce08-4437-be74-2495b842f43b"), false)],
        }));

        // The recorded client left out what version 1.20 requires.
        written.Descendants().Where(element => element.Name.LocalName == "Get63LanguageOnly").Remove();
        Assert.Equal(Shape(recorded), Shape(written));
    }

    /// <summary>The published schemas end before these two calls; the text of [MS-WSUSSS] 3.1.4.7 and 3.1.4.8 gives names and order.</summary>
    [Fact]
    public void DriverRequests_HaveTheElementsOfTheSpecification()
    {
        var list = Parse(UpstreamRequests.GetDriverIdList(Cookie, new DriverFilter
        {
            Anchor = "a",
            Categories = [(Id, false)],
            ComputerIds = [(Id, true)],
            HardwareIds = [(@"PCI\VEN_8086&DEV_1234", true)],
        }));
        Assert.Equal(
            ["cookie", "filter", "Anchor", "Categories", "IdAndDelta", "ComputerIds", "IdAndDelta", "PnpHardwareIds", "HardwareIdAndDelta", "Id", "Delta"],
            list.Descendants().SkipWhile(element => element.Name.LocalName != "cookie").Select(element => element.Name.LocalName)
                .Where((name, index) => name is not ("Expiration" or "EncryptedData") && (name is not ("Id" or "Delta") || index > 12)));
        Assert.Equal(@"PCI\VEN_8086&DEV_1234", list.Descendants().Last(element => element.Name.LocalName == "Id").Value);

        var sets = Parse(UpstreamRequests.GetDriverSetData(Cookie, [Id]));
        Assert.Equal(["guid"], sets.Descendants().Single(element => element.Name.LocalName == "driverSets").Elements().Select(element => element.Name.LocalName));
    }

    private static IEnumerable<string> Shape(XDocument document) =>
        document.Descendants().Where(element => element.Name.LocalName != "EncryptedData").Select(element => element.HasElements ? $"{element.Name}" : $"{element.Name}={element.Value}");

    private static void AssertValid(byte[] request, string schema = "wsusss-serversync-1.xsd") => AnswerSchemas.AssertValid(Parse(request).Root!.Elements().Single(), schema);

    private static XDocument Parse(byte[] request) => XDocument.Parse(Encoding.UTF8.GetString(request));
}
