import FoundationEssentials

/// Standard Base64 with padding (RFC 4648, section 4): what clients expect of a placeholder.
func base64(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString()
}
