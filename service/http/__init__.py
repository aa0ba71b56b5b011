"""What every HTTP answer has to do with: problems, access, headers, uploads. It knows no scans."""
