namespace Hierarchy.WindowsUpdate.Soap;

/// <summary>A fault as it came: the four values of `detail` are empty where the server did not say them.</summary>
internal sealed record SoapFault(string FaultCode, string FaultString, string ErrorCode, string Message, string Id, string Method)
{
    /// <summary>Reads the Fault element, in which the names matter and their namespaces do not: servers disagree about them.</summary>
    public static SoapFault Read(SoapReader reader)
    {
        string faultCode = "", faultString = "";
        Span<string> detail = ["", "", "", ""];
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            switch (reader.Name)
            {
                case "faultcode":
                    faultCode = reader.ReadText();
                    break;
                case "faultstring":
                    faultString = reader.ReadText();
                    break;
                case "detail":
                    ReadDetail(reader, detail);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new SoapFault(faultCode, faultString, detail[0], detail[1], detail[2], detail[3].Trim('"'));
    }

    private static void ReadDetail(SoapReader reader, Span<string> detail)
    {
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            var index = reader.Name switch
            {
                "ErrorCode" => 0,
                "Message" => 1,
                "ID" => 2,
                "Method" => 3,
                _ => -1,
            };
            // Some wrap the four in an element of their own.
            if (index < 0) ReadDetail(reader, detail);
            else detail[index] = reader.ReadText();
        }
    }
}
