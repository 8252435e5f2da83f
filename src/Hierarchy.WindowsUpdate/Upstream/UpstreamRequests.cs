using Hierarchy.Domain.Catalog;
using Hierarchy.WindowsUpdate.Soap;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>The requests of [MS-WSUSSS], their elements in the order of its schema.</summary>
internal static class UpstreamRequests
{
    public const string SyncNamespace = "http://www.microsoft.com/SoftwareDistribution";
    public const string MonitorNamespace = "http://www.microsoft.com/SoftwareDistribution/Server/IMonitorable";
    public const string AuthorizationNamespace = "http://www.microsoft.com/SoftwareDistribution/Server/DssAuthWebService";

    public static byte[] GetAuthConfig() => SoapRequest.Write(SyncNamespace, "GetAuthConfig", _ => { });

    public static byte[] GetAuthorizationCookie(string accountName, Guid accountId) =>
        SoapRequest.Write(AuthorizationNamespace, "GetAuthorizationCookie", xml =>
        {
            xml.Value("accountName", accountName);
            xml.Value("accountGuid", accountId);
        });

    public static byte[] GetCookie(AuthorizationCookie authorization, UpstreamCookie? old, string protocolVersion) =>
        SoapRequest.Write(SyncNamespace, "GetCookie", xml =>
        {
            xml.Element("authCookies", cookies => cookies.Element("AuthorizationCookie", cookie =>
            {
                cookie.Value("PlugInId", authorization.PlugInId);
                cookie.Value("CookieData", authorization.CookieData);
            }));
            if (old is not null) Cookie(xml, "oldCookie", old);
            xml.Value("protocolVersion", protocolVersion);
        });

    public static byte[] GetConfigData(UpstreamCookie cookie, string? anchor) =>
        SoapRequest.Write(SyncNamespace, "GetConfigData", xml =>
        {
            Cookie(xml, "cookie", cookie);
            xml.Value("configAnchor", anchor);
        });

    public static byte[] GetRevisionIdList(UpstreamCookie cookie, RevisionFilter filter) =>
        SoapRequest.Write(SyncNamespace, "GetRevisionIdList", xml =>
        {
            Cookie(xml, "cookie", cookie);
            xml.Element("filter", content =>
            {
                content.Value("Anchor", filter.Anchor);
                content.Value("GetConfig", filter.IsForCategories);
                content.Value("Get63LanguageOnly", false);
                if (filter.IsForCategories) return;
                if (filter.Products.Count > 0) content.Element("Categories", ids => IdsAndDeltas(ids, filter.Products));
                if (filter.Classifications.Count > 0) content.Element("Classifications", ids => IdsAndDeltas(ids, filter.Classifications));
            });
        });

    public static byte[] GetUpdateData(UpstreamCookie cookie, IReadOnlyList<RevisionId> ids) =>
        SoapRequest.Write(SyncNamespace, "GetUpdateData", xml => Revisions(xml, cookie, ids));

    public static byte[] GetUpdateDecryptionData(UpstreamCookie cookie, IReadOnlyList<RevisionId> ids) =>
        SoapRequest.Write(SyncNamespace, "GetUpdateDecryptionData", xml => Revisions(xml, cookie, ids));

    public static byte[] GetRelatedRevisionsForUpdates(UpstreamCookie cookie, IReadOnlyList<Guid> updates) =>
        SoapRequest.Write(SyncNamespace, "GetRelatedRevisionsForUpdates", xml =>
        {
            Cookie(xml, "cookie", cookie);
            xml.Element("updateIDs", ids => Guids(ids, updates));
        });

    public static byte[] GetDeployments(UpstreamCookie cookie, string? deploymentAnchor, string syncAnchor) =>
        SoapRequest.Write(SyncNamespace, "GetDeployments", xml =>
        {
            Cookie(xml, "cookie", cookie);
            xml.Value("deploymentAnchor", deploymentAnchor);
            xml.Value("syncAnchor", syncAnchor);
        });

    public static byte[] DownloadFiles(UpstreamCookie cookie, IReadOnlyList<Sha1Digest> files) =>
        SoapRequest.Write(SyncNamespace, "DownloadFiles", xml =>
        {
            Cookie(xml, "cookie", cookie);
            xml.Element("fileDigestList", digests =>
            {
                foreach (var file in files) digests.Value("base64Binary", Convert.ToBase64String(file.ToArray()));
            });
        });

    public static byte[] GetDriverIdList(UpstreamCookie cookie, DriverFilter filter) =>
        SoapRequest.Write(SyncNamespace, "GetDriverIdList", xml =>
        {
            Cookie(xml, "cookie", cookie);
            xml.Element("filter", content =>
            {
                content.Value("Anchor", filter.Anchor);
                content.Element("Categories", ids => IdsAndDeltas(ids, filter.Categories));
                content.Element("ComputerIds", ids => IdsAndDeltas(ids, filter.ComputerIds));
                content.Element("PnpHardwareIds", ids =>
                {
                    foreach (var (id, isDelta) in filter.HardwareIds)
                    {
                        ids.Element("HardwareIdAndDelta", item =>
                        {
                            item.Value("Id", id);
                            item.Value("Delta", isDelta);
                        });
                    }
                });
            });
        });

    public static byte[] GetDriverSetData(UpstreamCookie cookie, IReadOnlyList<Guid> driverSets) =>
        SoapRequest.Write(SyncNamespace, "GetDriverSetData", xml =>
        {
            Cookie(xml, "cookie", cookie);
            xml.Element("driverSets", ids => Guids(ids, driverSets));
        });

    public static byte[] Ping(int level) => SoapRequest.Write(MonitorNamespace, "Ping", xml => xml.Value("pingLevel", level));

    private static void Revisions(SoapWriter xml, UpstreamCookie cookie, IReadOnlyList<RevisionId> ids)
    {
        Cookie(xml, "cookie", cookie);
        xml.Element("updateIds", updates =>
        {
            foreach (var id in ids)
            {
                updates.Element("UpdateIdentity", identity =>
                {
                    identity.Value("UpdateID", id.UpdateId);
                    identity.Value("RevisionNumber", id.RevisionNumber);
                });
            }
        });
    }

    private static void Guids(SoapWriter xml, IReadOnlyList<Guid> ids)
    {
        foreach (var id in ids) xml.Value("guid", id);
    }

    private static void Cookie(SoapWriter xml, string name, UpstreamCookie cookie) => xml.Element(name, content =>
    {
        content.Value("Expiration", cookie.Expiration);
        content.Value("EncryptedData", cookie.EncryptedData);
    });

    private static void IdsAndDeltas(SoapWriter xml, IReadOnlyList<(Guid Id, bool IsDelta)> ids)
    {
        foreach (var (id, isDelta) in ids)
        {
            xml.Element("IdAndDelta", content =>
            {
                content.Value("Id", id);
                content.Value("Delta", isDelta);
            });
        }
    }
}
