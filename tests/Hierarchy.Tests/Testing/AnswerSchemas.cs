using System.Xml.Linq;
using System.Xml.Schema;
using Xunit;

namespace Hierarchy.Tests.Testing;

/// <summary>The XSDs of the protocol's WSDLs, against which every answer must hold.</summary>
internal static class AnswerSchemas
{
    /// <summary>Fails when the operation's answer is not what its schema allows.</summary>
    public static void AssertValid(XElement body, string schema = "wsusss-serversync-1.xsd")
    {
        var schemas = new XmlSchemaSet { XmlResolver = new System.Xml.XmlUrlResolver() };
        schemas.Add(targetNamespace: null, RepositoryRoot.Fixture(Path.Combine("schemas", "soap", schema)));
        var problems = new List<string>();
        new XDocument(body.Elements().Single()).Validate(schemas, (_, problem) => problems.Add(problem.Message));
        Assert.Empty(problems);
    }
}
