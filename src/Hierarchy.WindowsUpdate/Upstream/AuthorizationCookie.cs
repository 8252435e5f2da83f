namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>Proof of authorization, opaque: exchanged for the server's own cookie.</summary>
internal sealed record AuthorizationCookie(string PlugInId, string CookieData);
