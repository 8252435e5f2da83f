using Hierarchy.WindowsUpdate.Soap;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.Testing.Hostile;

/// <summary>One honest answer of each operation of [MS-WSUSSS], and the reader that takes it.</summary>
internal static class AnswerSeeds
{
    private const string Id = "<UpdateID>0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f01</UpdateID><RevisionNumber>3</RevisionNumber>";
    private const string Guid = "<guid>0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f01</guid>";

    public static (string Operation, string Xml, Func<SoapReader, object?> Read)[] All { get; } =
    [
        Answer("GetAuthConfig", "<LastChange>2026-01-01T00:00:00</LastChange><AuthInfo><AuthPlugInInfo><PlugInID>DssTargeting</PlugInID><ServiceUrl>DssAuthWebService/DssAuthWebService.asmx</ServiceUrl></AuthPlugInInfo></AuthInfo>", UpstreamAnswers.ReadAuthConfig),
        Answer("GetAuthorizationCookie", "<PlugInId>DssTargeting</PlugInId><CookieData>AAECAwQ=</CookieData>", UpstreamAnswers.ReadAuthorizationCookie),
        Answer("GetCookie", "<Expiration>2026-01-01T00:00:00Z</Expiration><EncryptedData>AAECAwQ=</EncryptedData>", reader => UpstreamAnswers.ReadCookie(reader, DateTimeOffset.UnixEpoch)),
        Answer("GetConfigData", "<CatalogOnlySync>false</CatalogOnlySync><LazySync>false</LazySync><MaxNumberOfUpdatesPerRequest>100</MaxNumberOfUpdatesPerRequest><NewConfigAnchor>1,2026</NewConfigAnchor><ProtocolVersion>1.20</ProtocolVersion><LanguageUpdateList><ServerSyncLanguageData><LanguageID>1</LanguageID><ShortLanguage>en</ShortLanguage><LongLanguage>English</LongLanguage><Enabled>true</Enabled></ServerSyncLanguageData></LanguageUpdateList>", UpstreamAnswers.ReadConfigData),
        Answer("GetRevisionIdList", $"<Anchor>9438,2026-10-04 16:33:26.670</Anchor><NewRevisions><UpdateIdentity>{Id}</UpdateIdentity><UpdateIdentity>{Id}</UpdateIdentity></NewRevisions>", UpstreamAnswers.ReadRevisionIdList),
        Answer("GetUpdateData", $"<updates><ServerSyncUpdateData><Id>{Id}</Id><XmlUpdateBlob>&lt;Update/&gt;</XmlUpdateBlob><FileDigestList><base64Binary>h/W9BGlYUAaqXTp30cZi/SiV3c0=</base64Binary></FileDigestList></ServerSyncUpdateData><ServerSyncUpdateData><Id>{Id}</Id><XmlUpdateBlobCompressed>TVNDRgAAAAA=</XmlUpdateBlobCompressed></ServerSyncUpdateData></updates><fileUrls><ServerSyncUrlData><FileDigest>h/W9BGlYUAaqXTp30cZi/SiV3c0=</FileDigest><MUUrl>http://a.example/b</MUUrl><UssUrl /></ServerSyncUrlData></fileUrls>", UpstreamAnswers.ReadUpdateData),
        Answer("GetRelatedRevisionsForUpdates", $"<UpdateIdentity>{Id}</UpdateIdentity>", UpstreamAnswers.ReadRelatedRevisions),
        Answer("GetUpdateDecryptionData", $"<UpdateFileDecryptionData><FileDecryptionData><UpdateId>{Id}</UpdateId><FileDigest>h/W9BGlYUAaqXTp30cZi/SiV3c0=</FileDigest><DecryptionKey>AAECAwQ=</DecryptionKey></FileDecryptionData></UpdateFileDecryptionData>", FileAnswers.ReadDecryptionData),
        Answer("GetDeployments", $"<Anchor>1</Anchor><Groups><ServerSyncTargetGroup><TargetGroupID>a0a08746-4dbe-4a37-9adf-9e7652c0b421</TargetGroupID><ParentGroupId>a0a08746-4dbe-4a37-9adf-9e7652c0b421</ParentGroupId><Name>G</Name><IsBuiltin>true</IsBuiltin></ServerSyncTargetGroup></Groups><Deployments><ServerSyncDeployment><UpdateId>0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f01</UpdateId><RevisionNumber>1</RevisionNumber><Action>0</Action><AdminName>a</AdminName><Deadline>9999-12-31T00:00:00</Deadline><IsAssigned>true</IsAssigned><GoLiveTime>2026-01-01T00:00:00</GoLiveTime><DeploymentGuid>0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f02</DeploymentGuid><TargetGroupId>a0a08746-4dbe-4a37-9adf-9e7652c0b421</TargetGroupId><DownloadPriority>1</DownloadPriority></ServerSyncDeployment></Deployments><DeadDeployments>{Guid}</DeadDeployments><HiddenUpdates>{Guid}</HiddenUpdates><AcceptedEulas>{Guid}</AcceptedEulas>", DecisionAnswers.ReadDeployments),
        Answer("GetDriverIdList", $"<Anchor>1</Anchor><NewRevisions><UpdateIdentity>{Id}</UpdateIdentity></NewRevisions><NewDriverSets>{Guid}</NewDriverSets><RemovedDriverSets>{Guid}</RemovedDriverSets>", DriverAnswers.ReadDriverIdList),
        Answer("GetDriverSetData", "<DriverSets><ServerSyncDriverSet><DriverSetId>0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f01</DriverSetId><DriverSetXml>x</DriverSetXml></ServerSyncDriverSet></DriverSets>", DriverAnswers.ReadDriverSets),
        Answer("Ping", "<SuccessFlag>true</SuccessFlag><ServicesTime>2026-01-01T00:00:00</ServicesTime><ServicesName>s</ServicesName><ServicesMachine>m</ServicesMachine><DatabaseInfo>d</DatabaseInfo>", FileAnswers.ReadPing),
        ("GetCookie", Envelope("<soap:Fault><faultcode>soap:Server</faultcode><faultstring>Fault occurred</faultstring><detail><ErrorCode>ServerChanged</ErrorCode><Message>m</Message><ID>0d3f8cd0-5a41-4f4b-8d4f-6f0f3f0a7f01</ID><Method>\"x\"</Method></detail></soap:Fault>"), _ => null),
    ];

    private static (string Operation, string Xml, Func<SoapReader, object?> Read) Answer(string operation, string result, Func<SoapReader, object?> read) => (
        operation,
        Envelope($"<{operation}Response xmlns=\"http://www.microsoft.com/SoftwareDistribution\"><{(operation == "Ping" ? "PingResult" : operation + "Result")}>{result}</{(operation == "Ping" ? "PingResult" : operation + "Result")}></{operation}Response>"),
        read);

    private static string Envelope(string body) =>
        $"<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soap:Body>{body}</soap:Body></soap:Envelope>";
}
