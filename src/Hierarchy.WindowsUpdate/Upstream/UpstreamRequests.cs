using Hierarchy.Domain.Catalog;
using Hierarchy.WindowsUpdate.Soap;

namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>The requests of [MS-WSUSSS], their elements in the order of its schema.</summary>
internal static class UpstreamRequests
{
    public const string SyncNamespace = "http://www.microsoft.com/SoftwareDistribution";
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
        SoapRequest.Write(SyncNamespace, "GetUpdateData", xml =>
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
        });

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
